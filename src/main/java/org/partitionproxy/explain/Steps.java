package org.partitionproxy.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** Plans as EXPLAIN shows them, made steps for readers. */
final class Steps {

  private static final List<String> DETAILS =
      List.of(
          "CTE Name",
          "Index Cond",
          "Recheck Cond",
          "TID Cond",
          "Hash Cond",
          "Merge Cond",
          "Join Filter",
          "Function Call",
          "One-Time Filter",
          "Filter",
          "Sort Key",
          "Presorted Key",
          "Group Key",
          "Cache Key");

  private final Function<PlanNode, List<Verdict>> verdicts;
  private final Function<PlanNode, Optional<ShardPart>> shards;

  private Steps(
      Function<PlanNode, List<Verdict>> verdicts, Function<PlanNode, Optional<ShardPart>> shards) {
    this.verdicts = verdicts;
    this.shards = shards;
  }

  static PlanStep onShard(PlanNode plan) {
    return new Steps(node -> List.of(), node -> Optional.empty()).step(plan);
  }

  static PlanStep onVeneer(
      PlanNode plan,
      Function<PlanNode, List<Verdict>> verdicts,
      Function<PlanNode, Optional<ShardPart>> shards) {
    return new Steps(verdicts, shards).step(plan);
  }

  private PlanStep step(PlanNode node) {
    List<PlanStep.Detail> details = new ArrayList<>();
    for (String name : DETAILS) {
      node.find(name).ifPresent(text -> details.add(new PlanStep.Detail(name, text)));
    }
    return new PlanStep(
        operation(node),
        object(node),
        part(node),
        node.flag("Async Capable"),
        figures(node),
        details,
        verdicts.apply(node),
        shards.apply(node),
        Stream.concat(
                node.targets().stream().map(this::target), node.children().stream().map(this::step))
            .toList());
  }

  /** EXPLAIN has no figures for it. */
  private PlanStep target(PlanNode target) {
    return new PlanStep(
        "Foreign " + operation(target),
        object(target),
        "",
        false,
        figures(target),
        List.of(),
        verdicts.apply(target),
        shards.apply(target),
        List.of());
  }

  private static String operation(PlanNode node) {
    String changes = node.text("Operation");
    if (node.isChange()) {
      return changes;
    }
    if (node.isForeignScan() && !changes.isEmpty() && !changes.equals("Select")) {
      return "Foreign " + changes;
    }
    String kind = node.isJoin() ? node.text("Join Type") : node.text("Strategy");
    boolean plain = kind.isEmpty() || kind.equals("Inner") || kind.equals("Plain");
    return node.type() + (plain ? "" : " (" + kind + ")");
  }

  private static String object(PlanNode node) {
    Optional<String> relation =
        node.find("Relation Name")
            .map(name -> node.find("Schema").map(schema -> schema + ".").orElse("") + name);
    String index = node.find("Index Name").map(name -> "using " + name).orElse("");
    String on = relation.map(r -> "on " + r).orElse("");
    return node.find("Relations").map(r -> "on " + r).orElseGet(() -> (index + " " + on).strip());
  }

  private static String part(PlanNode node) {
    return node.find("Subplan Name").orElse("");
  }

  private static Figures figures(PlanNode node) {
    Optional<Double> loops = node.number("Actual Loops");
    return new Figures(
        Math.round(node.number("Plan Rows").orElse(0.0)),
        node.number("Total Cost").orElse(0.0),
        node.number("Actual Rows").flatMap(rows -> loops.map(n -> Math.round(rows * n))),
        loops.map(Math::round),
        node.number("Actual Total Time").flatMap(time -> loops.map(n -> rounded(time * n))),
        node.number("Shared Hit Blocks").map(Double::longValue),
        node.number("Shared Read Blocks").map(Double::longValue));
  }

  /** To microseconds, as PostgreSQL has them. */
  private static double rounded(double milliseconds) {
    return Math.round(milliseconds * 1000) / 1000.0;
  }
}
