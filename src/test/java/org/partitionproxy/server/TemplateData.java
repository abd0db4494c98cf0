package org.partitionproxy.server;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.sql.Identifier;

/**
 * Data folders as {@link DataFolder} makes them: made once in each JVM, and copied from then on.
 */
final class TemplateData {

  private static final Map<Template, DataFolder> MADE = new ConcurrentHashMap<>();

  private record Template(Path binaries, SystemUser user, Identifier superuser, Secret password) {}

  private TemplateData() {}

  /** Gives a server its data, unless it has some; not synced to disk. */
  static void copyTo(DataFolder target, Identifier superuser, Secret password) {
    if (target.exists()) {
      return;
    }
    Template template = new Template(target.binaries().home(), target.user(), superuser, password);
    DataFolder made = MADE.computeIfAbsent(template, t -> make(t, target.binaries()));
    String whole = "new-copy";
    run(target, "cp", "-a", made.path().toString(), whole);
    run(target, "mv", whole, DataFolder.NAME);
  }

  private static void run(DataFolder target, String... command) {
    Subprocess.Outcome outcome = target.user().run(target.parent(), List.of(command));
    if (!outcome.succeeded()) {
      throw new IllegalStateException(outcome.output());
    }
  }

  private static DataFolder make(Template template, PostgresBinaries binaries) {
    DataFolder data = TemporaryServer.folder(binaries, template.user());
    data.make(template.superuser(), template.password(), false);
    return data;
  }
}
