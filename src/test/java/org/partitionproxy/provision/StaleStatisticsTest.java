package org.partitionproxy.provision;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.partitionproxy.catalog.TableSizeReader;
import org.partitionproxy.ledger.StatisticsLedger;

class StaleStatisticsTest {

  private static Optional<Analysis.Reason> reason(
      long rows, long changes, StatisticsLedger.Known known) {
    return StaleStatistics.of(new TableSizeReader.Size(rows, changes, 1), known, false);
  }

  private static StatisticsLedger.Known analyzedAt(long rows, long changes) {
    return new StatisticsLedger.Known(rows, Optional.of(new StatisticsLedger.Told(rows, changes)));
  }

  private static StatisticsLedger.Known imported(long estimate) {
    return new StatisticsLedger.Known(estimate, Optional.empty());
  }

  @Test
  void aTableWithRowsAndWithoutStatisticsIsAnalyzed() {
    assertThat(reason(1, 1, imported(-1))).contains(Analysis.Reason.NEVER);
    assertThat(reason(0, 0, imported(-1))).isEmpty();
  }

  @Test
  void fiftyRowsAndATenthOfTheTableMayChange() {
    assertThat(reason(1150, 1150, analyzedAt(1000, 1000))).isEmpty();
    assertThat(reason(1151, 1151, analyzedAt(1000, 1000))).contains(Analysis.Reason.CHANGED);
    assertThat(reason(849, 1000, imported(1000))).contains(Analysis.Reason.CHANGED);
    assertThat(reason(50, 50, analyzedAt(0, 0))).isEmpty();
    assertThat(reason(51, 51, analyzedAt(0, 0))).contains(Analysis.Reason.CHANGED);
  }

  @Test
  void updatesCountThoughTheNumberOfRowsIsTheSame() {
    assertThat(reason(1000, 1151, analyzedAt(1000, 1000))).contains(Analysis.Reason.CHANGED);
  }

  @Test
  void countersThatBeganAnewCountFromThere() {
    assertThat(reason(1000, 0, analyzedAt(1000, 90_000))).isEmpty();
    assertThat(reason(1000, 151, analyzedAt(1000, 90_000))).contains(Analysis.Reason.CHANGED);
    assertThat(reason(3000, 0, analyzedAt(1000, 90_000))).contains(Analysis.Reason.CHANGED);
  }

  @Test
  void whatWasAnalyzedByShardsOldEstimateIsNotAnalyzedAgain() {
    StatisticsLedger.Known known =
        new StatisticsLedger.Known(10, Optional.of(new StatisticsLedger.Told(1000, 1000)));
    assertThat(reason(1000, 1000, known)).isEmpty();
  }

  @Test
  void allMeansThoseThatHaveNotChangedToo() {
    TableSizeReader.Size same = new TableSizeReader.Size(1000, 1000, 1);
    assertThat(StaleStatistics.of(same, analyzedAt(1000, 1000), true))
        .contains(Analysis.Reason.ASKED);
    assertThat(StaleStatistics.of(new TableSizeReader.Size(0, 0, 0), imported(-1), true))
        .contains(Analysis.Reason.NEVER);
  }
}
