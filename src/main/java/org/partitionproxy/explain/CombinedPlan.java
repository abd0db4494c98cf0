package org.partitionproxy.explain;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The plan of a statement on the veneer, with that of each remote statement in it.
 *
 * @param veneer the server that made it
 * @param role as which
 * @param execution whether it was run
 * @param generic whether it is the one for any parameters
 * @param notes what else a reader should know
 */
public record CombinedPlan(
    String veneer,
    String role,
    Execution execution,
    boolean generic,
    List<String> notes,
    PlanStep plan) {

  public CombinedPlan {
    notes = List.copyOf(notes);
  }

  /** The same with every expression and SQL text changed, as to hide the values in them. */
  CombinedPlan withTexts(UnaryOperator<String> change) {
    return new CombinedPlan(veneer, role, execution, generic, notes, plan.withTexts(change));
  }
}
