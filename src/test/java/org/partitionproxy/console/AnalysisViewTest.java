package org.partitionproxy.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.partitionproxy.plan.Plan;
import org.partitionproxy.provision.Analysis;
import org.partitionproxy.provision.AnalysisResult;
import org.partitionproxy.provision.Outcome;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.testing.GoldenFile;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;

class AnalysisViewTest {

  private static final List<Analysis.StaleTable> TABLES =
      List.of(
          table("initech", "books", Analysis.Reason.CHANGED, 8120, 3502),
          table("initech", "orders", Analysis.Reason.NEVER, 12, 12),
          table("bluth-co", "Größe", Analysis.Reason.ASKED, 0, 0));
  private static final List<String> NOTES = List.of("bluth_co.big on veneer is left out");

  private static Analysis.StaleTable table(
      String tenant, String name, Analysis.Reason reason, long rows, long changed) {
    TenantName owner = new TenantName(tenant);
    return new Analysis.StaleTable(
        new ServerName("veneer"),
        owner,
        QualifiedName.of(owner.defaultSchema(), name),
        reason,
        rows,
        changed,
        rows);
  }

  private static AnalysisResult result(List<Analysis.StaleTable> tables) {
    Plan plan = new Plan(List.of(), List.of(), NOTES, List.of(), List.of());
    return new AnalysisResult(
        tables,
        NOTES,
        new Outcome(plan, tables.size(), List.of(), List.of(), Optional.empty(), List.of()));
  }

  @Test
  void showsWhatWasAnalyzedAndWhy() {
    GoldenFile.assertMatches(
        "analysis.txt", AnalysisView.render(result(TABLES), Duration.ofMillis(1500)));
  }

  @Test
  void showsTheSameAsJson() {
    GoldenFile.assertMatches(
        "analysis.json", AnalysisView.json(result(TABLES), Duration.ofMillis(1500)));
  }

  @Test
  void saysThatNothingWasDone() {
    assertThat(AnalysisView.render(new Analysis(TABLES, NOTES, List.of())))
        .endsWith("\n3 tables would be analyzed.\n");
    assertThat(AnalysisView.render(result(List.of()), Duration.ZERO))
        .isEqualTo("Nothing to do: the statistics fit the tables.\n");
  }
}
