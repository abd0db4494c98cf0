package org.partitionproxy.console;

import java.time.Duration;

/** Durations as people say them. */
public final class Durations {

  private Durations() {}

  /** Two units at most, the way kubectl shows ages: {@code 45s}, {@code 3m20s}, {@code 9d}. */
  public static String compact(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 60) {
      return seconds + "s";
    }
    if (seconds < 3600) {
      return two(seconds / 60, "m", seconds % 60, "s");
    }
    if (seconds < 86_400) {
      return two(seconds / 3600, "h", seconds % 3600 / 60, "m");
    }
    return seconds / 86_400 + "d";
  }

  private static String two(long many, String unit, long rest, String smaller) {
    return many + unit + (rest == 0 ? "" : rest + smaller);
  }
}
