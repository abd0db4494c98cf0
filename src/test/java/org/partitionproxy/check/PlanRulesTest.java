package org.partitionproxy.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PlanRulesTest {

  private static List<String> verdicts(String plan) {
    return findings(plan, false).stream().map(f -> f.verdict() + " " + f.why()).toList();
  }

  private static List<Finding> findings(String plan, boolean locksRows) {
    return PlanRules.findings(
        PlanNode.parse("[{\"Plan\": " + plan.replace('\'', '"') + "}]"),
        locksRows,
        List.of("s.parts"));
  }

  private static String scan(String more) {
    return "{'Node Type': 'Foreign Scan', 'Schema': 's', 'Relation Name': 't', 'Remote SQL': 'x'"
        + more
        + "}";
  }

  @Test
  void hasNothingAgainstWhatTheShardDoesAlone() {
    assertThat(verdicts(scan(", 'Plan Rows': 50000"))).isEmpty();
    assertThat(verdicts("{'Node Type': 'Result', 'Plan Rows': 1}")).isEmpty();
  }

  @Test
  void namesAFilterThatStaysOnTheVeneer() {
    assertThat(verdicts(scan(", 'Filter': '(f(x) = 1)'")))
        .singleElement()
        .asString()
        .startsWith("slow the filter (f(x) = 1) is not sent to the shard: s.t is brought");
  }

  @Test
  void saysThatRowsOfPartitionsCannotBeChangedOneByOne() {
    String plan =
        "{'Node Type': 'ModifyTable', 'Operation': 'Update', 'Schema': 's', 'Relation Name': '%s',"
            + " 'Remote SQL': 'x', 'Plans': ["
            + scan(", 'Plan Rows': 1")
            + "]}";
    assertThat(verdicts(plan.formatted("parts"))).singleElement().asString().startsWith("fails ");
    assertThat(verdicts(plan.formatted("t"))).isEmpty();
  }

  @Test
  void mindsManyRowsForFew() {
    String plan = "{'Node Type': 'Aggregate', 'Plan Rows': 1, 'Plans': [%s]}";
    assertThat(verdicts(plan.formatted(scan(", 'Plan Rows': 5000"))))
        .singleElement()
        .asString()
        .contains("about 5,000 rows", "a result of about 1:");
    assertThat(verdicts(plan.formatted(scan(", 'Plan Rows': 500")))).isEmpty();
  }

  @Test
  void countsRoundTripsOfLoops() {
    String plan =
        "{'Node Type': 'Nested Loop', 'Plan Rows': 1, 'Plans': ["
            + "{'Node Type': 'Seq Scan', 'Parent Relationship': 'Outer', 'Plan Rows': %d}, %s]}";
    String inner = scan(", 'Parent Relationship': 'Inner', 'Plan Rows': 1");
    assertThat(verdicts(plan.formatted(400, inner)))
        .singleElement()
        .asString()
        .contains("for each of about 400 rows");
    assertThat(verdicts(plan.formatted(4, inner))).isEmpty();
    String kept =
        "{'Node Type': 'Materialize', 'Parent Relationship': 'Inner', 'Plans': [" + inner + "]}";
    assertThat(verdicts(plan.formatted(400, kept))).isEmpty();
  }

  @Test
  void mindsChangesRowByRowButNotOfOneRow() {
    String plan =
        "{'Node Type': 'ModifyTable', 'Operation': '%s', 'Schema': 's', 'Relation Name': 't',"
            + " 'Remote SQL': 'x', 'Batch Size': %d, 'Plans': [{'Node Type': 'Values Scan',"
            + " 'Plan Rows': %d}]}";
    assertThat(verdicts(plan.formatted("Update", 1, 2))).hasSize(1);
    assertThat(verdicts(plan.formatted("Update", 1, 1))).isEmpty();
    assertThat(verdicts(plan.formatted("Insert", 1, 100))).hasSize(1);
    assertThat(verdicts(plan.formatted("Insert", 1000, 100))).isEmpty();
  }

  @Test
  void warnsOfLocksThatTheVeneerTakesBeforeItLimits() {
    String plan =
        "{'Node Type': 'Limit', 'Plan Rows': 1, 'Plans': [" + scan(", 'Plan Rows': 9") + "]}";
    assertThat(findings(plan, true)).extracting(Finding::verdict).containsExactly(Verdict.BLOCKS);
    assertThat(findings(plan, false)).isEmpty();
  }
}
