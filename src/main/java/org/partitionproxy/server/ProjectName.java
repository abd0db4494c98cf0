package org.partitionproxy.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.CRC32;
import org.partitionproxy.topology.Topology;

/**
 * The compose project of one checkout's topology: {@code bookstore-5f0c2a91}. Another checkout of
 * the same topology has other passwords, so it must not find these containers and volumes; hence a
 * part from the folder's path. The name is kept in {@code .ppp}, so that a folder that is moved
 * finds its volumes again.
 */
final class ProjectName {

  private ProjectName() {}

  static String of(Topology topology) {
    Path record = file(topology);
    try {
      if (Files.exists(record)) {
        return Files.readString(record).strip();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    CRC32 crc = new CRC32();
    crc.update((topology.home() + "\n" + topology.name()).getBytes(UTF_8));
    return safe(topology.name()) + "-%08x".formatted(crc.getValue());
  }

  /** Where the name is kept once containers were made under it. */
  static Path file(Topology topology) {
    return topology.stateFolder().resolve("docker").resolve("project");
  }

  /** What compose takes: lower-case letters, digits, {@code -} and {@code _}, a letter first. */
  static String safe(String name) {
    String safe = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]+", "-");
    safe = safe.length() > 40 ? safe.substring(0, 40) : safe;
    return safe.matches("[a-z].*") ? safe : "ppp" + safe;
  }
}
