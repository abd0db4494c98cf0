package org.partitionproxy.partition;

import java.util.List;
import java.util.Map;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.ShortLock;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;

/** Makes what is missing of one shard's tables, by the shard's own function. */
final class Making {

  private static final String MISSING =
      """
      SELECT ppp.position_bound(t.type, p.encoding, m.lower) AS lower,
        ppp.position_bound(t.type, p.encoding, m.upper) AS upper
      FROM ppp.partition_policy AS p
      CROSS JOIN LATERAL ppp.partitioning(p, pg_catalog.clock_timestamp()) AS t
      CROSS JOIN LATERAL ppp.missing_ranges(p.schema, p.name) AS m
      WHERE p.schema = ? AND p.name = ?
      ORDER BY m.lower""";

  private static final String DRAIN =
      """
      SELECT d.partition, d.rows FROM ppp.drain_range(?, ?, ?, ?) AS d""";

  private final Session session;
  private final ShortLock locks;
  private final Report report;

  Making(Session session, ShortLock locks, Report report) {
    this.session = session;
    this.locks = locks;
    this.report = report;
  }

  /**
   * Until nothing is missing but what is blocked: rows of it are in the default partition.
   *
   * @param drain whether those are moved
   */
  void make(PartitionedTable table, boolean drain) {
    List<MissingPartitions.Range> blocked = make(table);
    if (drain && !blocked.isEmpty()) {
      blocked.forEach(range -> drain(table, range));
      blocked = make(table);
    }
    blocked.forEach(range -> blocked(table, range));
  }

  private List<MissingPartitions.Range> make(PartitionedTable table) {
    return new MissingPartitions(session, locks)
        .make(
            table.name(),
            made ->
                report.done(
                    Deed.of(
                        table,
                        Deed.Kind.MAKE,
                        made.partition().orElse(""),
                        made.lower(),
                        made.upper(),
                        0)));
  }

  private void drain(PartitionedTable table, MissingPartitions.Range range) {
    Map.Entry<String, Long> drained =
        locks.run(
            session,
            () ->
                session
                    .query(
                        DRAIN,
                        row -> Map.entry(row.string("partition"), row.number("rows")),
                        table.name().schema().value(),
                        table.name().name().value(),
                        range.lower(),
                        range.upper())
                    .get(0));
    report.done(
        Deed.of(
            table,
            Deed.Kind.DRAIN,
            drained.getKey(),
            range.lower(),
            range.upper(),
            drained.getValue()));
  }

  private void blocked(PartitionedTable table, MissingPartitions.Range range) {
    report.problem(
        Diagnostic.error(
            Code.PARTITION_BLOCKED,
            Report.subject(table)
                + " has no partition from "
                + range.lower()
                + " to "
                + range.upper()
                + range.rows().map(n -> ": " + n + " rows").orElse(": rows")
                + " of that range are in its default partition",
            "`ppp partitions maintain --drain-default` moves them into a partition of their own."));
  }

  /** What {@link #make} would make. */
  void plan(PartitionedTable table) {
    session
        .query(
            MISSING,
            row -> Deed.of(table, Deed.Kind.MAKE, "", row.string("lower"), row.string("upper"), 0),
            table.name().schema().value(),
            table.name().name().value())
        .forEach(report::done);
  }
}
