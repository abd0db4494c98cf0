package org.partitionproxy.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.partitionproxy.explain.CombinedPlan;
import org.partitionproxy.explain.Execution;
import org.partitionproxy.explain.Figures;
import org.partitionproxy.explain.Operation;
import org.partitionproxy.explain.PlanStep;
import org.partitionproxy.explain.ShardPart;
import org.partitionproxy.explain.Verdict;
import org.partitionproxy.testing.GoldenFile;

class ExplainViewTest {

  private static final Figures GUESSED =
      new Figures(
          2000,
          570.4,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  private static Figures measured(long rows, double milliseconds) {
    return new Figures(
        20,
        570.4,
        Optional.of(rows),
        Optional.of(1L),
        Optional.of(milliseconds),
        Optional.of(17L),
        Optional.of(0L));
  }

  private static PlanStep step(
      String operation,
      Figures figures,
      List<Verdict> verdicts,
      Optional<ShardPart> shard,
      PlanStep... children) {
    return new PlanStep(
        operation,
        operation.contains("Scan") ? "on acme.jobs" : "",
        "",
        operation.equals("Foreign Scan"),
        figures,
        operation.equals("Foreign Scan")
            ? List.of(new PlanStep.Detail("Filter", "(jobs.mood = 'sad'::acme.mood)"))
            : List.of(),
        verdicts,
        shard,
        List.of(children));
  }

  private static CombinedPlan plan(Execution execution, Figures figures, ShardPart part) {
    Verdict sort = new Verdict(Operation.SORT, true, "id ASC NULLS LAST", "", "");
    Verdict filter =
        new Verdict(
            Operation.FILTER,
            false,
            "(jobs.mood = 'sad'::acme.mood)",
            "enum type acme.mood is neither built in nor of an extension",
            "Put it into a view on the shard by a migration.");
    PlanStep scan = step("Foreign Scan", figures, List.of(sort, filter), Optional.of(part));
    return new CombinedPlan(
        "veneer",
        "acme_app",
        execution,
        execution == Execution.NONE,
        List.of("It is a test."),
        step("Append", figures, List.of(), Optional.empty(), scan, scan));
  }

  private static ShardPart shard(Figures figures, boolean ran) {
    return new ShardPart(
        "shard1",
        Optional.of("acme_app"),
        "SELECT id FROM acme.jobs ORDER BY id ASC NULLS LAST",
        ran,
        Optional.of(
            step(
                "Sort",
                figures,
                List.of(),
                Optional.empty(),
                step("Seq Scan", figures, List.of(), Optional.empty()))),
        Optional.empty());
  }

  @Test
  void showsBothSidesInOneTree() {
    GoldenFile.assertMatches(
        "explain/run.txt",
        new ExplainView(Colors.NONE)
            .render(plan(Execution.READ, measured(3, 1.5), shard(measured(2000, 0.184), true))));
  }

  @Test
  void saysWhatIsMissing() {
    ShardPart missing =
        new ShardPart(
            "shard1",
            Optional.of("acme_app"),
            "SELECT id FROM acme.jobs",
            false,
            Optional.empty(),
            Optional.of("server \"shard1\" cannot be reached"));
    GoldenFile.assertMatches(
        "explain/missing.txt",
        new ExplainView(Colors.NONE).render(plan(Execution.NONE, GUESSED, missing)));
  }

  @Test
  void isAnObjectForPrograms() {
    GoldenFile.assertMatches(
        "explain/run.json",
        ExplainJsonView.render(
            plan(Execution.READ, measured(3, 1.5), shard(measured(2000, 0.184), true))));
  }

  @Test
  void colorsTheSidesOnATerminal() {
    Colors colors = Colors.of(true, Map.of("TERM", "xterm"));
    assertThat(new ExplainView(colors).render(plan(Execution.NONE, GUESSED, shard(GUESSED, false))))
        .contains(colors.cyan("shard1"), "\u001b[33m", "\u001b[32m");
  }
}
