package org.partitionproxy.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.topology.Topology;

/**
 * The compose project of one checkout's topology: {@code bookstore-5f0c2a91}. Another checkout of
 * the same topology has other passwords, so it must not find these containers and volumes; hence a
 * part from the folder's path. The name is kept in {@code .ppp}, so that a folder that is moved
 * finds its volumes again; with the path, so that a folder that is copied is known for a copy.
 */
final class ProjectName {

  private static final String FILE = "project";

  private ProjectName() {}

  static String of(Topology topology) {
    List<String> lines = read(file(topology.stateFolder()));
    if (!lines.isEmpty()) {
      return lines.get(0);
    }
    CRC32 crc = new CRC32();
    crc.update((topology.home() + "\n" + topology.name()).getBytes(UTF_8));
    return safe(topology.name()) + "-%08x".formatted(crc.getValue());
  }

  /** What this runtime keeps in {@code .ppp}: the name, once containers were made under it. */
  static Path folder(Path stateFolder) {
    return stateFolder.resolve("docker");
  }

  private static Path file(Path stateFolder) {
    return folder(stateFolder).resolve(FILE);
  }

  private static List<String> read(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw StateFolder.unusable(file, e);
    }
  }

  /** Keeps the name for the day on which this folder has another path. */
  static void record(Topology topology, String name) {
    List<String> lines = List.of(name, topology.stateFolder().toString());
    if (!read(file(topology.stateFolder())).equals(lines)) {
      new StateFolder(folder(topology.stateFolder())).write(FILE, String.join("\n", lines));
    }
  }

  /**
   * @throws PppException if this folder is a copy: the containers are those of the original
   */
  static void requireOwn(Topology topology) {
    List<String> lines = read(file(topology.stateFolder()));
    if (lines.size() < 2
        || !isOwnedBy(Path.of(lines.get(1)), lines.get(0), topology.stateFolder())) {
      return;
    }
    throw new PppException(
        Diagnostic.error(
            Code.FOLDER_OF_OTHER_CHECKOUT,
            "the containers of \"" + lines.get(0) + "\" belong to \"" + lines.get(1) + "\"",
            "This checkout is a copy of that one. Remove the folder .ppp of the copy, then `ppp"
                + " start` makes servers of its own."));
  }

  /** Whether another folder than this has the project now; one may be a link to the other. */
  private static boolean isOwnedBy(Path other, String name, Path here) {
    try {
      return read(file(other)).stream().limit(1).anyMatch(name::equals)
          && !Files.isSameFile(other, here);
    } catch (IOException e) {
      throw StateFolder.unusable(other, e);
    }
  }

  /** What compose takes: lower-case letters, digits, {@code -} and {@code _}, a letter first. */
  static String safe(String name) {
    String safe = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]+", "-");
    safe = safe.length() > 40 ? safe.substring(0, 40) : safe;
    return safe.matches("[a-z].*") ? safe : "ppp" + safe;
  }
}
