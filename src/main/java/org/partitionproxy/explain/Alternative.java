package org.partitionproxy.explain;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the planner does when it is kept from working on the veneer: whether it then leaves the work
 * to a shard tells a choice by cost from something that can't be done. Asked for only when no other
 * reason is found.
 */
final class Alternative {

  private final PlanNode chosen;
  private final Supplier<Optional<PlanNode>> planner;
  private boolean asked;
  private Optional<PlanNode> other = Optional.empty();

  /**
   * @param planner makes the other plan
   */
  Alternative(PlanNode chosen, Supplier<Optional<PlanNode>> planner) {
    this.chosen = chosen;
    this.planner = planner;
  }

  Optional<Reason> withoutJoin() {
    return without("Join");
  }

  Optional<Reason> withoutSort() {
    return without("Sort");
  }

  Optional<Reason> withoutAggregate() {
    return without("Aggregate");
  }

  private Optional<Reason> without(String work) {
    if (!asked) {
      asked = true;
      other = planner.get();
    }
    return other
        .filter(plan -> count(plan, work) < count(chosen, work))
        .map(
            plan ->
                new Reason(
                    "the shard could do it, but the planner thought that dearer: a cost of "
                        + cost(plan)
                        + " instead of "
                        + cost(chosen),
                    "If its estimates of rows are wrong, `ppp analyze`; else it is better so."));
  }

  private static long count(PlanNode plan, String work) {
    return plan.all()
        .filter(n -> work.equals("Join") ? n.isJoin() : n.type().contains(work))
        .count();
  }

  private static String cost(PlanNode plan) {
    return String.format(Locale.ROOT, "%,.0f", plan.number("Total Cost").orElse(0.0));
  }
}
