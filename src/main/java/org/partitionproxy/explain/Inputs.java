package org.partitionproxy.explain;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.partitionproxy.check.Node;

/** What stands in the way of a step below it: only what a shard does alone can go on there. */
final class Inputs {

  private static final Set<String> PASSING =
      Set.of(
          "Hash", "Materialize", "Memoize", "Sort", "Incremental Sort", "Gather", "Gather Merge");

  private final Remote remote;
  private final Optional<PlanTree> tree;
  private final Facts facts;

  Inputs(Remote remote, Optional<PlanTree> tree, Facts facts) {
    this.remote = remote;
    this.tree = tree;
    this.facts = facts;
  }

  /** Below steps that only pass rows on, in whatever order. */
  static PlanNode core(PlanNode node) {
    return PASSING.contains(node.type()) && node.inputs().size() == 1
        ? core(node.inputs().get(0))
        : node;
  }

  /** Why nothing above this input can be pushed down; empty for a plain Foreign Scan. */
  Optional<Reason> obstacle(PlanNode input) {
    PlanNode node = core(input);
    if (node.isForeignScan()) {
      return node.find("Filter").map(f -> filtered());
    }
    if (node.isUnion()) {
      return Optional.of(union(node));
    }
    if (node.type().equals("CTE Scan")) {
      return because(
          "its input is the WITH query \"" + node.text("CTE Name") + "\", which the veneer keeps",
          "Say `AS NOT MATERIALIZED`, if the query is used once or has few rows.");
    }
    if (node.type().equals("Function Scan") || node.type().equals("Values Scan")) {
      return because(
          "its input " + named(node) + "is made on the veneer",
          "Give such rows as an array: `= ANY ($1)` is sent to the shard.");
    }
    return because(
        remote.places(Stream.of(node)).isEmpty()
            ? "its input " + named(node) + "is on the veneer itself"
            : "its input, " + article(node.type()) + ", is made on the veneer",
        "");
  }

  private static String named(PlanNode node) {
    String name = node.find("Relation Name").or(() -> node.find("Alias")).orElse("");
    return name.isEmpty() ? "" : "\"" + name + "\" ";
  }

  private static String article(String type) {
    return (Set.of("A", "I").contains(type.substring(0, 1)) ? "an " : "a ")
        + type.toLowerCase(Locale.ROOT);
  }

  private static Reason filtered() {
    return new Reason(
        "its input is filtered on the veneer, so that the shard doesn't know which rows count",
        "See that filter.");
  }

  private static Optional<Reason> because(String why, String instead) {
    return Optional.of(new Reason(why, instead));
  }

  /** UNION ALL, or partitions. */
  Reason union(PlanNode append) {
    Optional<Facts.Relation> partitioned = partitionedTable(append);
    if (partitioned.isEmpty()) {
      return new Reason(
          "its input is a UNION ALL: PostgreSQL pushes nothing into its branches but conditions",
          "Do it in each branch, and put the results together; or, for all tenants at once, use"
              + " schema everyone.");
    }
    Facts.Relation table = partitioned.get();
    return new Reason(
        "its input are the partitions of "
            + table.name()
            + ", on several servers or foreign tables",
        "`SET enable_partitionwise_aggregate = on; SET enable_partitionwise_join = on`, and group or"
            + " join by the partition key, "
            + table.key()
            + ", too.");
  }

  private Optional<Facts.Relation> partitionedTable(PlanNode append) {
    List<Long> parents = append.tree().map(n -> PlanTree.numbers(n, "apprelids")).orElse(List.of());
    return parents.stream()
        .flatMap(p -> tree.flatMap(t -> t.relation(p)).stream())
        .flatMap(r -> facts.relation(PlanTree.number(r, "relid")).stream())
        .filter(r -> r.kind().equals("p"))
        .findFirst();
  }

  /** The expressions that an input gives for these numbers of its columns. */
  static List<Node> columns(PlanNode input, List<Long> numbers) {
    List<Node> entries = input.tree().map(n -> PlanTree.list(n, "targetlist")).orElse(List.of());
    return entries.stream().filter(e -> numbers.contains(PlanTree.number(e, "resno"))).toList();
  }
}
