package org.partitionproxy.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a plan on the veneer tells: what is not left to the shard, and how often it is asked. */
final class PlanRules {

  /** Rows that nobody minds to have brought to the veneer. */
  private static final double FEW_FETCHED = 1000;

  /** Rows for each of which the shard may well be asked. */
  private static final double FEW_ROUND_TRIPS = 10;

  private static final String ON_THE_SHARD =
      "put it into a view on the shard by a migration (the veneer shows it as a table), or use"
          + " built-in immutable functions and types";

  private final PlanNode root;
  private final boolean locksRows;
  private final List<String> inherited;
  private final List<Finding> findings = new ArrayList<>();

  private PlanRules(PlanNode root, boolean locksRows, List<String> inherited) {
    this.root = root;
    this.locksRows = locksRows;
    this.inherited = inherited;
  }

  /**
   * @param locksRows whether the statement says FOR UPDATE or the like
   * @param inherited tables of the shard with rows in other tables, as partitions
   */
  static List<Finding> findings(PlanNode root, boolean locksRows, List<String> inherited) {
    PlanRules rules = new PlanRules(root, locksRows, inherited);
    root.all().forEach(rules::look);
    rules.lookAtWhole();
    return rules.findings;
  }

  private void look(PlanNode node) {
    if (node.isForeignScan()) {
      lookAtFilter(node);
    } else if (node.type().equals("ModifyTable") && node.remoteSql().isPresent()) {
      lookAtChange(node);
    } else if (node.type().equals("Nested Loop")) {
      lookAtLoop(node);
    }
    node.children().stream()
        .filter(child -> child.role().equals("SubPlan") && !isHashed(child))
        .filter(child -> asksShard(child) && rowsUnder(node, child) > FEW_ROUND_TRIPS)
        .forEach(child -> slowLoop(rowsUnder(node, child)));
  }

  private void lookAtFilter(PlanNode scan) {
    scan.filter()
        .ifPresent(
            filter ->
                findings.add(
                    Finding.of(
                        Verdict.SLOW,
                        "the filter "
                            + filter
                            + " is not sent to the shard: "
                            + scan.relation()
                            + " is brought to the veneer without it, and filtered there",
                        ON_THE_SHARD)));
  }

  /** Changes that the shard could make alone are a foreign scan of their own. */
  private void lookAtChange(PlanNode change) {
    double rows = change.children().stream().mapToDouble(PlanNode::rows).max().orElse(0);
    boolean inserts = change.operation().equals("Insert");
    if (inserts && change.batch() <= 1 && rows > FEW_ROUND_TRIPS) {
      findings.add(
          Finding.of(
              Verdict.SLOW,
              "rows are inserted into " + change.relation() + " one by one, a round trip each",
              "leave out RETURNING, which excludes batches"));
    } else if (!inserts && inherited.contains(change.relation())) {
      findings.add(
          Finding.fails(
              "0A000",
              "rows of "
                  + change.relation()
                  + " are changed one by one, by their ctid, which rows of its other partitions"
                  + " have too: ppp's guard refuses it",
              "give values as parameters instead of now(), random() and the like, and avoid joins,"
                  + " so that the shard can do it as a whole"));
    } else if (!inserts && rows > 1) {
      findings.add(
          Finding.of(
              Verdict.SLOW,
              "the rows of "
                  + change.relation()
                  + " are brought to the veneer, and changed one by one, a round trip each",
              "let it use built-in immutable functions and tables of that shard alone, so that the"
                  + " shard can do it as a whole"));
    }
  }

  private void lookAtLoop(PlanNode loop) {
    double outer =
        loop.children().stream()
            .filter(child -> child.role().equals("Outer"))
            .mapToDouble(PlanNode::rows)
            .sum();
    loop.children().stream()
        .filter(child -> child.role().equals("Inner") && asksShard(child))
        .filter(child -> outer > FEW_ROUND_TRIPS)
        .forEach(child -> slowLoop(outer));
  }

  private void slowLoop(double times) {
    findings.add(
        Finding.of(
            Verdict.SLOW,
            "the shard is asked again for each of about " + count(times) + " rows",
            "join tables of one shard by columns that both have, so that the shard can do it"));
  }

  /** Anew at each turn, for nothing keeps the rows. */
  private static boolean asksShard(PlanNode node) {
    if (node.type().equals("Materialize") || node.type().equals("Hash")) {
      return false;
    }
    return node.isForeignScan() || node.children().stream().anyMatch(PlanRules::asksShard);
  }

  /** Run once, and its rows kept. */
  private boolean isHashed(PlanNode subplan) {
    return root.all()
        .anyMatch(
            node ->
                node.filter().filter(f -> f.contains("hashed " + subplan.subplan())).isPresent());
  }

  private static double rowsUnder(PlanNode node, PlanNode subplan) {
    return node.children().stream()
        .filter(child -> !child.equals(subplan) && !child.role().equals("SubPlan"))
        .mapToDouble(PlanNode::rows)
        .max()
        .orElse(node.rows());
  }

  private void lookAtWhole() {
    double fetched = root.all().filter(PlanNode::isForeignScan).mapToDouble(PlanNode::rows).sum();
    boolean limits = root.all().anyMatch(node -> node.type().equals("Limit"));
    boolean filters =
        root.all().anyMatch(node -> node.isForeignScan() && node.filter().isPresent());
    if (locksRows && (limits || filters)) {
      findings.add(
          Finding.of(
              Verdict.BLOCKS,
              "rows are locked on the shard before the veneer's own "
                  + (filters ? "filter" : "limit")
                  + " is applied: more are locked than are returned",
              "lock rows by their keys, which are sent to the shard"));
    }
    boolean changes = root.type().equals("ModifyTable");
    if (findings.isEmpty() && !changes && fetched > FEW_FETCHED && fetched > 10 * root.rows()) {
      findings.add(
          Finding.of(
              Verdict.SLOW,
              "about "
                  + count(fetched)
                  + " rows are brought to the veneer for a result of about "
                  + count(root.rows())
                  + ": its grouping, join or limit is not sent to the shard",
              "put its grouping or join into a view on the shard by a migration; ANALYZE the foreign"
                  + " tables where statistics are old"));
    }
  }

  private static String count(double rows) {
    return String.format(Locale.ROOT, "%,.0f", rows);
  }
}
