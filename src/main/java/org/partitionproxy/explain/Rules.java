package org.partitionproxy.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.partitionproxy.check.Node;

/** Tells of each step of a veneer's plan whether a shard does it, and if not why. */
final class Rules {

  private static final Reason OF_OWN_ROWS =
      new Reason(
          "it is about rows that the veneer makes itself", "See what else is said of this step.");

  private final Remote remote;
  private final Inputs inputs;
  private final Facts facts;
  private final Alternative alternative;
  private final int version;

  /**
   * @param version the veneer's major version
   */
  Rules(Remote remote, Inputs inputs, Facts facts, Alternative alternative, int version) {
    this.remote = remote;
    this.inputs = inputs;
    this.facts = facts;
    this.alternative = alternative;
    this.version = version;
  }

  /** None for a step in which no shard is asked for anything. */
  List<Verdict> verdicts(PlanNode node) {
    if (node.isForeignScan()) {
      return scan(node);
    }
    if (node.isChange()) {
      return node.find("Remote SQL").isPresent()
          ? List.of(new ChangeRules(remote, inputs, facts).verdict(node))
          : List.of();
    }
    boolean keeps =
        node.inputs().stream().map(Inputs::core).anyMatch(i -> i.type().equals("CTE Scan"));
    if (!keeps && remote.places(node.inputs().stream()).isEmpty()) {
      return List.of();
    }
    List<Verdict> verdicts = new ArrayList<>(local(node).stream().toList());
    node.find("Filter")
        .ifPresent(f -> verdicts.add(Verdict.onVeneer(Operation.FILTER, f, OF_OWN_ROWS)));
    return verdicts;
  }

  private Optional<Verdict> local(PlanNode node) {
    if (node.isJoin()) {
      return Optional.of(new JoinRules(remote, inputs, facts, alternative, version).verdict(node));
    }
    return switch (node.type()) {
      case "Sort", "Incremental Sort" ->
          Optional.of(Verdict.onVeneer(Operation.SORT, node.text("Sort Key"), sort(node)));
      case "Limit" -> Optional.of(Verdict.onVeneer(Operation.LIMIT, "", limit(node)));
      case "Aggregate", "Group" ->
          Optional.of(
              Verdict.onVeneer(
                  hasAggregates(node) ? Operation.AGGREGATE : Operation.DISTINCT,
                  node.text("Group Key"),
                  aggregation(node)));
      case "Unique" ->
          Optional.of(
              Verdict.onVeneer(
                  Operation.DISTINCT,
                  "",
                  new Reason(
                      "postgres_fdw never sends DISTINCT", "Write GROUP BY, which it can send.")));
      case "WindowAgg" ->
          Optional.of(
              Verdict.onVeneer(
                  Operation.WINDOW,
                  "",
                  new Reason(
                      "postgres_fdw never sends window functions",
                      "Put them into a view on the shard by a migration.")));
      default -> Optional.empty();
    };
  }

  /** Whether it calls aggregates, or only groups rows. */
  static boolean hasAggregates(PlanNode node) {
    return node.find("Group Key").isEmpty()
        || node.tree().stream()
            .flatMap(
                n ->
                    Stream.concat(
                        PlanTree.list(n, "targetlist").stream(), PlanTree.list(n, "qual").stream()))
            .flatMap(PlanTree::walk)
            .anyMatch(e -> e.type().equals("AGGREF"));
  }

  private List<Verdict> scan(PlanNode scan) {
    List<Verdict> verdicts = new ArrayList<>();
    RemoteSql sql = new RemoteSql(scan.text("Remote SQL"));
    if (!scan.text("Operation").isEmpty() && !scan.text("Operation").equals("Select")) {
      verdicts.add(Verdict.pushedDown(Operation.CHANGE, ""));
    }
    if (scan.text("Relations").contains(" JOIN ")) {
      verdicts.add(Verdict.pushedDown(Operation.JOIN, scan.text("Relations")));
    }
    sql.find("WHERE").ifPresent(w -> verdicts.add(Verdict.pushedDown(Operation.FILTER, w)));
    if (scan.text("Relations").startsWith("Aggregate on")) {
      verdicts.add(Verdict.pushedDown(Operation.AGGREGATE, ""));
    }
    sql.find("ORDER BY").ifPresent(o -> verdicts.add(Verdict.pushedDown(Operation.SORT, o)));
    sql.find("LIMIT").ifPresent(l -> verdicts.add(Verdict.pushedDown(Operation.LIMIT, l)));
    Stream.of("FOR UPDATE", "FOR SHARE")
        .filter(lock -> sql.find(lock).isPresent())
        .forEach(lock -> verdicts.add(Verdict.pushedDown(Operation.LOCK, lock)));
    scan.find("Filter")
        .ifPresent(f -> verdicts.add(Verdict.onVeneer(Operation.FILTER, f, filter(scan))));
    return verdicts;
  }

  private Reason filter(PlanNode scan) {
    return obstacle(scan, qualification(scan)).orElse(Reason.UNKNOWN);
  }

  private static List<Node> qualification(PlanNode node) {
    return node.tree().map(n -> PlanTree.list(n, "qual")).orElse(List.of());
  }

  private Optional<Reason> obstacle(PlanNode scan, List<Node> expressions) {
    return remote
        .server(scan)
        .flatMap(
            server ->
                expressions.stream()
                    .flatMap(e -> new Expressions(facts, server).obstacle(e).stream())
                    .findFirst());
  }

  private Reason sort(PlanNode sort) {
    PlanNode input = Inputs.core(sort);
    List<Long> columns = sort.tree().map(n -> PlanTree.numbers(n, "sortColIdx")).orElse(List.of());
    return inputs
        .obstacle(input)
        .filter(reason -> !input.isForeignScan())
        .or(() -> obstacle(input, Inputs.columns(input, columns)))
        .orElseGet(() -> alternative.sort(remote.tables(input)));
  }

  private Reason limit(PlanNode limit) {
    PlanNode input = limit.inputs().get(0);
    if (input.type().contains("Sort") || input.type().equals("LockRows")) {
      return new Reason(
          "the rows get their order, or their locks, on the veneer, before they are counted",
          "See that step.");
    }
    return inputs
        .obstacle(input)
        .orElse(
            new Reason(
                "the planner chose so; never sent are WITH TIES, a limit that is an expression, and"
                    + " that of min() and max() by an index",
                ""));
  }

  private Reason distinct(PlanNode node, PlanNode input) {
    Reason reason = alternative.aggregate(remote.tables(input));
    return reason.equals(Reason.UNKNOWN) && !hasAggregates(node)
        ? new Reason("postgres_fdw never sends DISTINCT", "Write GROUP BY, which it can send.")
        : reason;
  }

  private Reason aggregation(PlanNode node) {
    PlanNode input = Inputs.core(node.inputs().get(0));
    if (node.find("Grouping Sets").isPresent() || node.json().has("Grouping Sets")) {
      return new Reason("postgres_fdw never sends grouping sets", "Run a GROUP BY for each set.");
    }
    Optional<Reason> below = inputs.obstacle(input);
    if (below.isPresent()) {
      return below.get();
    }
    List<Long> keys = node.tree().map(n -> PlanTree.numbers(n, "grpColIdx")).orElse(List.of());
    List<Node> expressions = new ArrayList<>(Inputs.columns(input, keys));
    node.tree().ifPresent(n -> expressions.addAll(PlanTree.list(n, "targetlist")));
    expressions.addAll(qualification(node));
    return obstacle(input, expressions).orElseGet(() -> distinct(node, input));
  }
}
