package org.partitionproxy.explain;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A node of a plan, on the veneer or on a shard.
 *
 * @param operation {@code Hash Join (Left)}, {@code Foreign Scan}
 * @param object the relation or index that it is about, or {@code (a) INNER JOIN (b)}; may be empty
 * @param part what its rows are to its parent, where that matters: {@code SubPlan 1}; may be empty
 * @param asynchronous whether the veneer goes on while it waits for the shard
 * @param details its expressions, in PostgreSQL's words and order
 * @param verdicts of what could be the shard's work; none on a shard
 * @param shard what a shard is asked by it
 */
public record PlanStep(
    String operation,
    String object,
    String part,
    boolean asynchronous,
    Figures figures,
    List<Detail> details,
    List<Verdict> verdicts,
    Optional<ShardPart> shard,
    List<PlanStep> children) {

  /**
   * @param name as PostgreSQL calls it: {@code Filter}
   * @param text may hold values
   */
  public record Detail(String name, String text) {}

  public PlanStep {
    details = List.copyOf(details);
    verdicts = List.copyOf(verdicts);
    children = List.copyOf(children);
  }

  /** This step and all under it, without those on shards. */
  public Stream<PlanStep> all() {
    return Stream.concat(Stream.of(this), children.stream().flatMap(PlanStep::all));
  }

  PlanStep withTexts(UnaryOperator<String> change) {
    return new PlanStep(
        operation,
        object,
        part,
        asynchronous,
        figures,
        details.stream().map(d -> new Detail(d.name(), change.apply(d.text()))).toList(),
        verdicts.stream().map(v -> v.withTexts(change)).toList(),
        shard.map(s -> s.withTexts(change)),
        children.stream().map(c -> c.withTexts(change)).toList());
  }
}
