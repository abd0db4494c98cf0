package org.partitionproxy.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A PostgreSQL that tests can run on.
 *
 * @param home where it is installed; empty for the one that ppp brings
 */
public record PostgresVersion(int major, Optional<Path> home) {

  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
  private static final int OLDEST = 15;

  /** The one that ppp brings. */
  public static PostgresVersion embedded() {
    return new PostgresVersion(18, Optional.empty());
  }

  /** Those that Debian's packages installed, from 15 on, in their order. */
  public static List<PostgresVersion> installed() {
    if (!Files.isDirectory(DEBIAN)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(DEBIAN)) {
      return folders
          .filter(folder -> folder.getFileName().toString().matches("\\d+"))
          .filter(folder -> Files.isExecutable(folder.resolve("bin/initdb")))
          .map(
              folder ->
                  new PostgresVersion(
                      Integer.parseInt(folder.getFileName().toString()), Optional.of(folder)))
          .filter(version -> version.major >= OLDEST)
          .sorted(Comparator.comparing(PostgresVersion::major))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every version that is here, one of each. */
  public static List<PostgresVersion> here() {
    List<PostgresVersion> all = new ArrayList<>(List.of(embedded()));
    installed().stream().filter(v -> v.major != embedded().major).forEach(all::add);
    return all;
  }

  @Override
  public String toString() {
    return "PostgreSQL " + major;
  }
}
