package org.partitionproxy.convert;

import java.util.List;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Sql;

/**
 * An index by the partition key for the time of a conversion, on a table that has none and whose
 * rows do not lie by their time: without, the copy of each range would read the whole table. It is
 * made without keeping anybody waiting.
 */
final class HelperIndex {

  /** A small table is read faster without. */
  private static final String WANTED =
      """
      SELECT format('CREATE INDEX CONCURRENTLY %I ON %s (%I)',
        'ppp_convert_' || c.workflow || '_' || c.number, c.old::regclass, c.key) AS command
      FROM ppp.conversion AS c
      WHERE c.workflow = ?
        AND pg_catalog.pg_relation_size(c.old) > 8000000
        AND c.scattered
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i
          JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
          JOIN pg_catalog.pg_am AS m ON m.oid = x.relam
          JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.old AND a.attname = c.key
          WHERE i.indrelid = c.old AND i.indisvalid AND i.indpred IS NULL
            AND i.indkey[0] = a.attnum AND m.amname = 'btree')
      ORDER BY c.number""";

  private static final String MADE =
      """
      SELECT format('DROP INDEX CONCURRENTLY %s', i.indexrelid::regclass) AS command
      FROM ppp.conversion AS c
      JOIN pg_catalog.pg_index AS i ON i.indrelid = c.old
      JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
      WHERE c.workflow = ? AND starts_with(x.relname, 'ppp_convert_' || c.workflow || '_')
        AND (? OR NOT i.indisvalid)
      ORDER BY c.number""";

  private HelperIndex() {}

  static void make(Session session, long workflow) {
    dropBroken(session, workflow);
    run(session, session.query(WANTED, row -> row.string("command"), workflow));
  }

  /** Those whose making was cut short. */
  static void dropBroken(Session session, long workflow) {
    run(session, session.query(MADE, row -> row.string("command"), workflow, false));
  }

  static void drop(Session session, long workflow) {
    boolean begun =
        session
            .query(
                "SELECT pg_catalog.to_regclass('ppp.conversion') IS NOT NULL AS there",
                row -> row.bool("there"))
            .get(0);
    if (begun) {
      run(session, session.query(MADE, row -> row.string("command"), workflow, true));
    }
  }

  /** They wait for every transaction that is open, and nobody waits for them. */
  static void run(Session session, List<String> commands) {
    if (commands.isEmpty()) {
      return;
    }
    session.execute(Sql.of("SET lock_timeout = 0"));
    commands.forEach(command -> session.execute(Sql.deparsed(command)));
    session.execute(Sql.of("RESET lock_timeout"));
  }
}
