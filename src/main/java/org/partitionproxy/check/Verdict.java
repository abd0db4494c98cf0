package org.partitionproxy.check;

import java.util.Locale;

/** What becomes of a statement through the veneer; the worst first. */
public enum Verdict {
  /** The veneer or postgres_fdw refuses it, where one PostgreSQL would not. */
  FAILS,
  /** It waits where it would not wait on one PostgreSQL. */
  BLOCKS,
  /** It brings more rows, or asks more often, than it has to on one PostgreSQL. */
  SLOW,
  /** It runs, and does or returns something else than on one PostgreSQL. */
  DIFFERS,
  /** Nothing can be said: one PostgreSQL refuses it too. */
  UNCLEAR;

  /** {@code fails} */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
