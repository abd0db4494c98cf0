package org.partitionproxy.topology;

import java.util.Locale;

/** What a range of a partitioned table, or the time for which one is kept, is counted in. */
public enum RangeUnit {
  SECOND(1, 1),
  MINUTE(60, 60),
  HOUR(3_600, 3_600),
  DAY(86_400, 86_400),
  WEEK(7 * 86_400, 7 * 86_400),
  MONTH(28 * 86_400, 31 * 86_400),
  YEAR(365 * 86_400, 366 * 86_400),
  /** Of integers that don't stand for time. */
  NUMBER(1, 1);

  private final long shortest;
  private final long longest;

  RangeUnit(long shortest, long longest) {
    this.shortest = shortest;
    this.longest = longest;
  }

  /** In seconds, as the calendar has it at least; of a number, one. */
  long shortest() {
    return shortest;
  }

  /** In seconds, as the calendar has it at most; of a number, one. */
  long longest() {
    return longest;
  }

  /** {@code second}, as the functions on the shards take it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
