package org.partitionproxy.topology;

import java.util.Locale;

/** What a rollup's turn does. */
public enum RollupRefresh {
  ALWAYS,
  /** Refresh only if the tables were written to since the last time. */
  AFTER_CHANGES;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
