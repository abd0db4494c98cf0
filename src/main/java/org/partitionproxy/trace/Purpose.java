package org.partitionproxy.trace;

import java.util.Locale;

/** What a forwarded statement is for. */
public enum Purpose {
  /** Rows are fetched, through a cursor or by a SELECT of its own. */
  READ,
  /** Rows are changed. */
  WRITE,
  /** Rows are fetched and locked: {@code FOR UPDATE}, {@code FOR SHARE}. */
  LOCK,
  /** The planner or ANALYZE asks for sizes, costs or samples. */
  STATISTICS,
  /** Transactions and savepoints begin and end. */
  CONTROL,
  /** A new connection is given its settings. */
  SETUP;

  /** Whether it is folded away unless everything is asked for. */
  public boolean isFolded() {
    return this == CONTROL || this == SETUP;
  }

  /** In lower case, as people and machines read it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
