package org.partitionproxy.top;

import java.util.Comparator;
import java.util.Locale;

/** What is costly. */
public enum Order {
  TIME,
  CALLS,
  /** Rows that shards shipped. */
  ROWS,
  /** Rows shipped for each that was returned. */
  WASTE;

  /** The costliest first; what costs the same goes by time. What is not known costs least. */
  Comparator<Group> costliestFirst() {
    Comparator<Group> byCost = Comparator.comparingDouble(group -> cost(group.figures()));
    return byCost.thenComparing(group -> group.figures().time()).reversed();
  }

  private double cost(Figures figures) {
    return switch (this) {
      case TIME -> figures.time().toNanos();
      case CALLS -> figures.calls();
      case ROWS -> figures.rowsShipped().orElse(-1);
      case WASTE -> figures.waste().orElse(-1);
    };
  }

  /** In lower case, as it is given and shown. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
