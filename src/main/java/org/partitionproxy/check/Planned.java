package org.partitionproxy.check;

import java.util.Optional;
import org.partitionproxy.db.ServerError;

/**
 * What a server made of a statement without running it.
 *
 * @param query empty if it was refused before its meaning was known
 * @param plan empty if it was refused
 */
record Planned(Optional<ServerError> error, Optional<Query> query, Optional<PlanNode> plan) {

  private static final String SYNTAX_ERROR = "42601";

  /** Whether it may be a command that has no plan. */
  boolean isNoQuery() {
    return query.isEmpty() && error.filter(e -> e.sqlState().equals(SYNTAX_ERROR)).isPresent();
  }
}
