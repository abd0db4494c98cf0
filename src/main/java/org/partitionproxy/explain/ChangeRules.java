package org.partitionproxy.explain;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.check.Node;

/** Why rows of a foreign table are changed one after the other instead of by one statement. */
final class ChangeRules {

  private final Remote remote;
  private final Inputs inputs;
  private final Facts facts;

  ChangeRules(Remote remote, Inputs inputs, Facts facts) {
    this.remote = remote;
    this.inputs = inputs;
    this.facts = facts;
  }

  Verdict verdict(PlanNode change) {
    if (change.text("Operation").equals("Insert")) {
      return insert(change);
    }
    return Verdict.onVeneer(
        Operation.CHANGE,
        "",
        reason(change)
            .map(r -> new Reason("rows are changed one by one: " + r.why(), r.instead()))
            .orElse(new Reason("rows are changed one by one: " + Reason.UNKNOWN.why(), "")));
  }

  private Verdict insert(PlanNode insert) {
    double batch = insert.number("Batch Size").orElse(1.0);
    if (batch > 1) {
      return Verdict.pushedDown(Operation.CHANGE, "", "in batches of up to " + Math.round(batch));
    }
    boolean returning =
        insert.tree().filter(n -> !PlanTree.list(n, "returningLists").isEmpty()).isPresent();
    return Verdict.onVeneer(
        Operation.CHANGE,
        "",
        returning
            ? new Reason("rows are inserted one by one, for RETURNING", "Leave out RETURNING.")
            : new Reason(
                "rows are inserted one by one: a trigger of the veneer, or no batch_size",
                "`options: { batch_size: 1000 }` of the server in shards.yaml; ppp sets it unless"
                    + " told otherwise."));
  }

  private Optional<Reason> reason(PlanNode change) {
    List<PlanNode> below = change.inputs();
    return triggers(change)
        .or(() -> below.stream().flatMap(i -> inputs.obstacle(i).stream()).findFirst())
        .or(() -> assignment(change, below));
  }

  private Optional<Reason> triggers(PlanNode change) {
    return remote.changed(change).filter(Facts.Relation::rowTriggers).isPresent()
        ? Optional.of(
            new Reason(
                "the foreign table has triggers for each row on the veneer",
                "Make such a trigger on the shard, by a migration."))
        : Optional.empty();
  }

  /** The new values are the first columns of the rows; what comes after them tells which row. */
  private Optional<Reason> assignment(PlanNode change, List<PlanNode> below) {
    long columns =
        change.tree().stream()
            .flatMap(n -> PlanTree.list(n, "updateColnosLists").stream())
            .findFirst()
            .map(list -> list.items().stream().filter(i -> i.toString().matches("\\d+")).count())
            .orElse(0L);
    List<Node> assigned =
        below.stream()
            .flatMap(i -> i.tree().stream())
            .flatMap(n -> PlanTree.list(n, "targetlist").stream().limit(columns))
            .toList();
    return remote
        .server(change)
        .flatMap(
            server ->
                assigned.stream()
                    .flatMap(e -> new Expressions(facts, server).obstacle(e).stream())
                    .findFirst());
  }
}
