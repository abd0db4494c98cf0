package org.partitionproxy.topology;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;
import org.partitionproxy.diagnostic.Code;

/** Reads paths, which are relative to the folder of shards.yaml and must lead somewhere. */
final class PathReader {

  private final Path home;
  private final Problems problems;

  PathReader(Path home, Problems problems) {
    this.home = home;
    this.problems = problems;
  }

  Optional<Path> folder(Placed<String> text, String key) {
    return path(text, key, "folder", Files::isDirectory);
  }

  Optional<Path> file(Placed<String> text, String key) {
    return path(text, key, "file", Files::isRegularFile);
  }

  private Optional<Path> path(
      Placed<String> text, String key, String kind, Predicate<Path> isThere) {
    Optional<Path> path = resolve(text.value()).filter(isThere);
    if (path.isEmpty()) {
      problems.add(
          Code.PATH_MISSING,
          text.place(),
          "\"" + key + "\" leads to no " + kind,
          "Paths are relative to the folder that holds this file; create what is missing, or correct"
              + " the path.");
    }
    return path;
  }

  private Optional<Path> resolve(String text) {
    try {
      return Optional.of(home.resolve(text).normalize());
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }
}
