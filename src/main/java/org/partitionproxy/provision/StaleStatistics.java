package org.partitionproxy.provision;

import java.util.Optional;
import org.partitionproxy.catalog.TableSizeReader;
import org.partitionproxy.ledger.StatisticsLedger;

/**
 * Decides whether a mirrored table has changed so much that the veneer's statistics of it mislead
 * the planner: by the measure of autovacuum's defaults, 50 rows and a tenth of the table.
 *
 * @see <a href="https://www.postgresql.org/docs/18/runtime-config-vacuum.html">PostgreSQL, 19.10
 *     Vacuuming</a>
 */
final class StaleStatistics {

  static final long THRESHOLD_ROWS = 50;
  private static final long THRESHOLD_PARTS = 10;

  private StaleStatistics() {}

  /**
   * Why it should be analyzed; empty if it need not be.
   *
   * @param all whether it is asked for in any case
   */
  static Optional<Analysis.Reason> of(
      TableSizeReader.Size now, StatisticsLedger.Known known, boolean all) {
    if (known.estimate() < 0) {
      return now.rows() > 0 || all ? Optional.of(Analysis.Reason.NEVER) : Optional.empty();
    }
    if (changed(now, known) > THRESHOLD_ROWS + rows(known) / THRESHOLD_PARTS) {
      return Optional.of(Analysis.Reason.CHANGED);
    }
    return all ? Optional.of(Analysis.Reason.ASKED) : Optional.empty();
  }

  /** How many rows the table had when it was analyzed. */
  private static long rows(StatisticsLedger.Known known) {
    return known.last().map(StatisticsLedger.Told::rows).orElse(known.estimate());
  }

  /**
   * How many rows are other ones since. Counters that are lower than they were have begun anew, and
   * tell of less than there was: then the number of rows may tell more.
   */
  static long changed(TableSizeReader.Size now, StatisticsLedger.Known known) {
    long difference = Math.abs(now.rows() - Math.max(0, rows(known)));
    long counted =
        known
            .last()
            .map(StatisticsLedger.Told::changes)
            .map(then -> now.changes() >= then ? now.changes() - then : now.changes())
            .orElse(0L);
    return Math.max(difference, counted);
  }
}
