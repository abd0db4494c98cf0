package org.partitionproxy.topology;

import java.util.Locale;

/** What the integers of a partition key are. The types of time, and uuid, tell for themselves. */
public enum KeyEncoding {
  /** Nothing but numbers. */
  NUMBER,
  /** Since 1970-01-01 00:00 UTC, as are the others. */
  SECONDS,
  MILLISECONDS,
  MICROSECONDS;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
