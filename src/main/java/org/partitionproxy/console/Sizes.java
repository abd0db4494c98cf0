package org.partitionproxy.console;

import java.util.Locale;

/** Amounts of bytes for people. */
final class Sizes {

  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

  private Sizes() {}

  /** As PostgreSQL's pg_size_pretty: powers of 1024, at most four digits. */
  static String compact(long bytes) {
    double amount = bytes;
    int unit = 0;
    while (amount >= 10_240 && unit < UNITS.length - 1) {
      amount /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.0f %s", amount, UNITS[unit]);
  }
}
