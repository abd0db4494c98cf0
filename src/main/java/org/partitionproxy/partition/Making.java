package org.partitionproxy.partition;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;

/** Makes what is missing of one shard's tables, by the shard's own function. */
final class Making {

  private static final String TURN =
      """
      SELECT m.action, m.partition, m.lower, m.upper, m.rows, coalesce(m.again, false) AS again
      FROM ppp.make_partitions(?, ?) AS m""";

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

  /** The most that one turn makes. */
  private static final int TURN_SIZE = 100;

  private final Session session;
  private final ShortLocks locks;
  private final Report report;

  Making(Session session, ShortLocks locks, Report report) {
    this.session = session;
    this.locks = locks;
    this.report = report;
  }

  /** What a turn says of one range. */
  private record Said(
      String action,
      Optional<String> partition,
      String lower,
      String upper,
      long rows,
      boolean again) {

    boolean is(String word) {
      return action.equals(word);
    }
  }

  /**
   * Until nothing is missing but what is blocked: rows of it are in the default partition.
   *
   * @param drain whether those are moved
   */
  void make(PartitionedTable table, boolean drain) {
    List<Said> said = turns(table);
    if (drain && said.stream().anyMatch(one -> one.is("blocked"))) {
      said.stream().filter(one -> one.is("blocked")).forEach(one -> drain(table, one));
      said = turns(table);
    }
    said.stream().filter(one -> one.is("blocked")).forEach(one -> blocked(table, one));
  }

  /** Returns what the last turn said. */
  private List<Said> turns(PartitionedTable table) {
    while (true) {
      List<Said> said = locks.run(session, () -> turn(table));
      said.stream()
          .filter(one -> one.is("made"))
          .forEach(
              one ->
                  report.done(
                      Deed.of(
                          table,
                          Deed.Kind.MAKE,
                          one.partition().orElse(""),
                          one.lower(),
                          one.upper(),
                          0)));
      boolean more = said.stream().anyMatch(Said::again);
      if (!more && said.stream().filter(one -> one.is("made")).count() < TURN_SIZE) {
        return said;
      }
    }
  }

  private List<Said> turn(PartitionedTable table) {
    return session.query(
        TURN,
        row ->
            new Said(
                row.string("action"),
                row.findString("partition"),
                row.string("lower"),
                row.string("upper"),
                row.findNumber("rows").orElse(0L),
                row.bool("again")),
        table.name().schema().value(),
        table.name().name().value());
  }

  private void drain(PartitionedTable table, Said range) {
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

  private void blocked(PartitionedTable table, Said range) {
    report.problem(
        Diagnostic.error(
            Code.PARTITION_BLOCKED,
            Report.subject(table)
                + " has no partition from "
                + range.lower()
                + " to "
                + range.upper()
                + (range.rows() > 0
                    ? ": " + range.rows() + " rows of that range are in its default partition"
                    : ": rows of that range are in its default partition"),
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
