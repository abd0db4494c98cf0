package org.partitionproxy.partition;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.db.Pause;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.ShortLock;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;

/**
 * Makes a partition a table of its own. An interrupted DETACH CONCURRENTLY hides the partition's
 * rows until it is finalized: so it gets no lock_timeout, and comes after a look for who would keep
 * it waiting.
 *
 * @see <a href="https://www.postgresql.org/docs/18/sql-altertable.html">PostgreSQL, ALTER TABLE …
 *     DETACH PARTITION</a>
 */
final class Detachment {

  /** Transactions that have used the table or the partition, and go on. */
  private static final String HOLDERS =
      """
      SELECT DISTINCT l.virtualtransaction AS transaction,
        CASE WHEN a.pid IS NULL THEN 'a prepared transaction'
          ELSE 'process ' || a.pid || ' of role "' || coalesce(a.usename, '') || '" ('
            || coalesce(a.state, '') || ')' END AS holder
      FROM pg_catalog.pg_locks AS l
      JOIN pg_catalog.pg_database AS d ON d.oid = l.database
      LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
      WHERE l.locktype = 'relation' AND l.granted AND d.datname = pg_catalog.current_database()
        AND l.relation IN (pg_catalog.to_regclass(?), pg_catalog.to_regclass(?))
        AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
        AND coalesce(a.backend_type, '') <> 'autovacuum worker'
      ORDER BY 1""";

  private static final int LOOKS = 10;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(150);

  private final Session session;
  private final ShortLock locks;
  private final Report report;

  Detachment(Session session, ShortLock locks, Report report) {
    this.session = session;
    this.locks = locks;
    this.report = report;
  }

  /** Ends what was interrupted; its rows were hidden meanwhile. */
  void finalizePending(PartitionedTable table, Partition pending) {
    locks.execute(
        session,
        Sql.of("ALTER TABLE {} DETACH PARTITION {} FINALIZE", table.name(), pending.name()));
  }

  /**
   * Beside a default partition PostgreSQL refuses to do it concurrently.
   *
   * @return false if somebody is in the way
   */
  boolean detach(PartitionedTable table, Partition partition) {
    if (table.fallback().isPresent()) {
      locks.execute(
          session, Sql.of("ALTER TABLE {} DETACH PARTITION {}", table.name(), partition.name()));
      return true;
    }
    Optional<String> holder = holder(table.name(), partition.name());
    if (holder.isPresent()) {
      report.problem(
          Diagnostic.error(
              Code.PARTITION_NOT_RETIRED,
              "partition \""
                  + partition.name()
                  + "\" of "
                  + Report.subject(table)
                  + " is not detached: "
                  + holder.get()
                  + " has held a lock for more than a second",
              "Detaching would wait for its end, with the partition's rows hidden; the next run"
                  + " tries again."));
      return false;
    }
    session.execute(Sql.of("SET lock_timeout = 0"));
    try {
      session.execute(
          Sql.of(
              "ALTER TABLE {} DETACH PARTITION {} CONCURRENTLY", table.name(), partition.name()));
    } finally {
      session.execute(Sql.of("SET lock_timeout = '60s'"));
    }
    return true;
  }

  /** Somebody who is there at every look; who comes later is taken to be as short as the others. */
  private Optional<String> holder(QualifiedName table, QualifiedName partition) {
    Map<String, String> holders = holders(table, partition);
    for (int look = 1; look < LOOKS && !holders.isEmpty() && Pause.of(BETWEEN_LOOKS); look++) {
      holders.keySet().retainAll(holders(table, partition).keySet());
    }
    return holders.values().stream().findFirst();
  }

  private Map<String, String> holders(QualifiedName table, QualifiedName partition) {
    Map<String, String> holders = new LinkedHashMap<>();
    session.forEach(
        HOLDERS,
        row -> holders.put(row.string("transaction"), row.string("holder")),
        text(table),
        text(partition));
    return holders;
  }

  private static String text(QualifiedName name) {
    return Sql.of("{}", name).text();
  }
}
