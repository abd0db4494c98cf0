package org.partitionproxy.explain;

import java.util.Locale;

/** What could be a shard's work. */
public enum Operation {
  JOIN,
  FILTER,
  SORT,
  LIMIT,
  AGGREGATE,
  DISTINCT,
  WINDOW,
  LOCK,
  CHANGE;

  /** In lower case, as people and programs read it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
