package org.partitionproxy.explain;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;

/**
 * What the planner does when it is kept from working on the veneer: whether it then leaves the work
 * to a shard tells a choice by cost from something that can't be done. Asked for only when no other
 * reason is found.
 */
final class Alternative {

  /** What PostgreSQL 17 and older add to the cost of what is switched off. */
  private static final double PENALTY = 1e9;

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

  /** Of a join on the veneer. */
  Reason join(List<Facts.Relation> tables) {
    return reason(tables, node -> node.text("Relations").contains(" JOIN "));
  }

  Reason sort(List<Facts.Relation> tables) {
    return reason(
        tables, node -> new RemoteSql(node.text("Remote SQL")).find("ORDER BY").isPresent());
  }

  Reason aggregate(List<Facts.Relation> tables) {
    return reason(tables, node -> node.text("Relations").startsWith("Aggregate on"));
  }

  /**
   * @param tables whose statistics matter
   * @param pushed whether a Foreign Scan is left such work
   */
  private Reason reason(List<Facts.Relation> tables, Predicate<PlanNode> pushed) {
    if (!asked) {
      asked = true;
      other = planner.get();
    }
    Optional<PlanNode> better = other.filter(p -> count(p, pushed) > count(chosen, pushed));
    List<Facts.Relation> unknown = tables.stream().filter(t -> t.rows() < 0).toList();
    if (!unknown.isEmpty()) {
      return withoutStatistics(unknown, better.isPresent());
    }
    return better.map(this::dearer).orElse(Reason.UNKNOWN);
  }

  private static long count(PlanNode plan, Predicate<PlanNode> pushed) {
    return plan.all().filter(PlanNode::isForeignScan).filter(pushed).count();
  }

  private Reason dearer(PlanNode plan) {
    double cost = plan.number("Total Cost").orElse(0.0);
    return new Reason(
        "the shard could do it, but the planner thought that dearer"
            + (cost < PENALTY
                ? ": a cost of "
                    + cost(cost)
                    + " instead of "
                    + cost(chosen.number("Total Cost").orElse(0.0))
                : ""),
        "If its estimates of rows are wrong: `ppp analyze`.");
  }

  private static String cost(double cost) {
    return String.format(Locale.ROOT, "%,.0f", cost);
  }

  /** What to do about foreign tables that were never analyzed. */
  private static Reason withoutStatistics(List<Facts.Relation> tables, boolean possible) {
    String names =
        tables.stream().map(t -> t.schema() + "." + t.name()).collect(Collectors.joining(", "));
    String statement =
        tables.stream()
            .map(t -> Sql.of("{}.{}", Identifier.of(t.schema()), Identifier.of(t.name())).text())
            .collect(Collectors.joining(", ", "ANALYZE ", ""));
    return new Reason(
        "there are no statistics of "
            + names
            + ", so the planner guessed"
            + (possible ? "; the shard could do it" : ""),
        "`ppp analyze`, or on the veneer, as a superuser: " + statement);
  }
}
