package org.partitionproxy.migrate;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.partitionproxy.topology.Topology;

/**
 * The migrations of a topology, read once for a run: what a person edits meanwhile cannot give one
 * tenant another schema than the next.
 */
public final class MigrationFolder {

  private final Path path;
  private final List<MigrationFile> files;
  private final TreeMap<MigrationVersion, MigrationFile> versions = new TreeMap<>();

  MigrationFolder(Path path, List<MigrationFile> files) {
    this.path = path;
    this.files = List.copyOf(files);
    files.forEach(file -> file.version().ifPresent(version -> versions.put(version, file)));
  }

  /** That of a topology; empty for {@code migrations: none}. */
  public static MigrationFolder of(Topology topology) {
    return topology
        .migrations()
        .map(path -> read(topology.home(), path))
        .orElseGet(() -> new MigrationFolder(Path.of(""), List.of()));
  }

  /**
   * Reads {@code V*__*.sql} and {@code R__*.sql} with Flyway's settings beside them, in all
   * sub-folders too.
   *
   * @param home what a relative path is relative to
   * @throws org.partitionproxy.diagnostic.PppException naming every file with a name that is none,
   *     a version that another has too, or bytes that are not UTF-8
   */
  public static MigrationFolder read(Path home, Path path) {
    return new FolderReader(home, path).read();
  }

  /** As shards.yaml names it. */
  public Path path() {
    return path;
  }

  /** The versioned ones by version, then the repeatable ones by description: as they run. */
  public List<MigrationFile> files() {
    return files;
  }

  /** The highest version. */
  public Optional<MigrationVersion> newest() {
    return versions.isEmpty() ? Optional.empty() : Optional.of(versions.lastKey());
  }

  Optional<MigrationFile> find(MigrationVersion version) {
    return Optional.ofNullable(versions.get(version));
  }

  Optional<MigrationFile> findScript(String script) {
    return files.stream().filter(f -> f.script().equals(script)).findFirst();
  }
}
