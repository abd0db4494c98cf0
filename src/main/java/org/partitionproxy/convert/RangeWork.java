package org.partitionproxy.convert;

import java.util.List;
import org.partitionproxy.db.Session;

/** What is done for each partition of a conversion, in a transaction of its own. */
final class RangeWork {

  private static final String COPY =
      "SELECT coalesce(ppp.conversion_copy(?, ?, ?::bigint::oid), 0) AS rows";

  private static final String VERIFY = "SELECT ppp.conversion_verify(?, ?, ?::bigint::oid) AS rows";

  /**
   * Copied are the newest first: they change most, and what changes after its copy is written
   * twice. Compared are those first that were copied last: the server has them in memory still.
   */
  private static final String RANGES =
      """
      SELECT r.number, r.partition::bigint AS partition
      FROM ppp.conversion_range AS r
      JOIN ppp.conversion AS c ON c.workflow = r.workflow AND c.number = r.number
      WHERE r.workflow = ? AND NOT CASE ? WHEN 'copy' THEN r.copied ELSE r.verified END
      ORDER BY ppp.bound_position(c.type, c.encoding, r.lower) * CASE ? WHEN 'copy' THEN -1 ELSE 1 END,
        r.number""";

  private record Range(int table, long partition) {}

  private final long id;
  private final ParallelWork work;

  RangeWork(long id, ParallelWork work) {
    this.id = id;
    this.work = work;
  }

  void copy(Session session) {
    work.each(
        ranges(session, "copy"),
        (own, range) ->
            own.query(COPY, row -> row.number("rows"), id, range.table(), range.partition())
                .get(0));
  }

  /** Compares each partition with the old table. */
  void verify(Session session) {
    work.each(
        ranges(session, "verify"),
        (own, range) ->
            own.query(VERIFY, row -> row.number("rows"), id, range.table(), range.partition())
                .get(0));
  }

  private List<Range> ranges(Session session, String kind) {
    return session.query(
        RANGES, row -> new Range(row.integer("number"), row.number("partition")), id, kind, kind);
  }
}
