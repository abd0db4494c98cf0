package org.partitionproxy.convert;

import java.util.Locale;
import java.util.Optional;

/**
 * What copies take of one disk until the old tables are dropped, in bytes.
 *
 * @param location of the tablespace; empty for the server's data directory
 * @param needed about
 * @param free empty where that can't be seen from here
 */
public record Space(String location, long needed, Optional<Long> free) {

  private static final double MEGABYTE = 1024.0 * 1024;

  /**
   * With a fifth more than the tables have, for WAL and the log of changes.
   *
   * @param bytes of the tables with indexes
   */
  static Space forCopy(String location, long bytes, Optional<Long> free) {
    return new Space(location, bytes + bytes / 5, free);
  }

  /** If it is known not to suffice. */
  Optional<Finding> refusal() {
    return free.filter(bytes -> bytes < needed)
        .map(
            bytes ->
                new Finding(
                    "the copy needs about %s in %s, and %s are free there"
                        .formatted(megabytes(needed), place(), megabytes(bytes)),
                    "Make room there, convert fewer tables at once, or take --in-place, which copies"
                        + " nothing."));
  }

  private String place() {
    return location.isEmpty() ? "the server's data directory" : "tablespace \"" + location + "\"";
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / MEGABYTE);
  }
}
