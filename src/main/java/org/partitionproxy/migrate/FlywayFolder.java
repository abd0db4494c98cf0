package org.partitionproxy.migrate;

import java.io.Reader;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.resource.LoadableResource;
import org.jspecify.annotations.Nullable;

/** Gives Flyway the migrations that were read, so that it need not look into the folder. */
final class FlywayFolder implements ResourceProvider {

  private static final String SETTINGS = ".conf";

  private final MigrationFolder folder;

  FlywayFolder(MigrationFolder folder) {
    this.folder = folder;
  }

  @Override
  public @Nullable LoadableResource getResource(String name) {
    for (MigrationFile file : folder.files()) {
      if (name.equals(file.script())) {
        return new Text(file.script(), file.file(), file.text());
      }
      if (file.settings().isPresent() && name.equals(file.script() + SETTINGS)) {
        return new Text(name, file.file() + SETTINGS, file.settings().get());
      }
    }
    return null;
  }

  @Override
  public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
    List<LoadableResource> resources = new ArrayList<>();
    for (MigrationFile file : folder.files()) {
      Text text = new Text(file.script(), file.file(), file.text());
      for (String suffix : suffixes) {
        if (text.getFilename().startsWith(prefix) && text.getFilename().endsWith(suffix)) {
          resources.add(text);
        }
      }
    }
    return resources;
  }

  private static final class Text extends LoadableResource {

    private final String script;
    private final String file;
    private final String content;

    Text(String script, String file, String content) {
      this.script = script;
      this.file = file;
      this.content = content;
    }

    @Override
    public Reader read() {
      return new StringReader(content);
    }

    @Override
    public String getAbsolutePath() {
      return file;
    }

    @Override
    public String getAbsolutePathOnDisk() {
      return file;
    }

    @Override
    public String getFilename() {
      return script.substring(script.lastIndexOf('/') + 1);
    }

    @Override
    public String getRelativePath() {
      return script;
    }
  }
}
