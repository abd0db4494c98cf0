package org.partitionproxy.top;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.partitionproxy.trace.Trace;
import org.partitionproxy.trace.TraceFilter;

/**
 * All tallies at once, and which of them is looked at, so that whoever looks can turn to another.
 * Safe for threads.
 */
public final class Board {

  /** Of each tally; with its text, a group takes some kilobytes at most. */
  private static final int MOST_GROUPS = 2000;

  private final Map<Grouping, Tally> tallies = new EnumMap<>(Grouping.class);
  private final TraceFilter filter;
  private Grouping grouping;
  private Order order;
  private long statements;

  /**
   * @param filter which statements count, and of which shards
   * @param shown a statement as it may be shown, without its values
   */
  public Board(Grouping grouping, Order order, TraceFilter filter, UnaryOperator<String> shown) {
    this.filter = filter;
    this.grouping = grouping;
    this.order = order;
    for (Grouping one : Grouping.values()) {
      tallies.put(one, new Tally(one, MOST_GROUPS, filter.shards(), shown));
    }
  }

  /** Counts those that it is about. */
  public synchronized void add(List<Trace> traces) {
    for (Trace trace : traces) {
      if (filter.concerns(trace)) {
        tallies.values().forEach(tally -> tally.add(trace));
        statements++;
      }
    }
  }

  /** Since the beginning, or since it was cleared. */
  public synchronized long statements() {
    return statements;
  }

  /**
   * The costliest groups of what is looked at.
   *
   * @param limit of groups
   */
  public synchronized Ranking ranking(int limit) {
    Tally tally = tallies.get(grouping);
    if (tally == null) {
      throw new IllegalStateException("no tally by " + grouping);
    }
    return tally.ranking(order, limit);
  }

  public synchronized void sort(Order by) {
    order = by;
  }

  /** Turns to the next grouping. */
  public synchronized void turn() {
    grouping = grouping.next();
  }

  /** Begins to count anew. */
  public synchronized void clear() {
    tallies.values().forEach(Tally::clear);
    statements = 0;
  }
}
