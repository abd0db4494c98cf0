package org.partitionproxy.top;

import java.util.List;
import java.util.Optional;

/**
 * The costliest groups at a moment.
 *
 * @param groups the costliest first
 * @param others all the rest together; empty where there is none
 */
public record Ranking(
    Grouping grouping, Order order, List<Group> groups, Optional<Figures> others) {

  public Ranking {
    groups = List.copyOf(groups);
  }
}
