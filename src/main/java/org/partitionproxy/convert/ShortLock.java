package org.partitionproxy.convert;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Sql;

/**
 * Transactions that need a table for themselves for a moment. Everybody who comes while one waits
 * for its lock waits behind it, so it waits only a little, gives up, and tries again later.
 */
final class ShortLock {

  private static final Duration WAIT = Duration.ofMillis(20);
  private static final Duration PAUSE = Duration.ofMillis(30);
  private static final int TRIES = 600;

  /** lock_not_available, deadlock_detected, and ours: not now. */
  private static final List<String> AGAIN = List.of("55P03", "40P01", "PP001");

  private static final String BLOCKERS =
      """
      SELECT 'process ' || a.pid || ' ("' || a.application_name || '", ' || coalesce(a.state, '')
        || ', in a transaction since ' || coalesce(a.xact_start::text, '') || ')' AS blocker
      FROM pg_catalog.pg_locks AS l
      JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
      JOIN ppp.conversion AS c ON c.old = l.relation
      WHERE c.workflow = ? AND l.granted AND a.pid <> pg_catalog.pg_backend_pid()
      GROUP BY a.pid, a.application_name, a.state, a.xact_start
      ORDER BY a.xact_start
      LIMIT 3""";

  private static final int TRIES_UNTIL_CANCEL = 20;

  /**
   * Autovacuum gives way by itself only to who waits for deadlock_timeout, which nobody should have
   * to.
   */
  private static final String CANCEL =
      """
      SELECT pg_catalog.pg_cancel_backend(a.pid) AS cancelled
      FROM pg_catalog.pg_locks AS l
      JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
      JOIN ppp.conversion AS c ON c.old = l.relation
      WHERE c.workflow = ? AND l.granted AND a.backend_type = 'autovacuum worker'
        AND a.query NOT LIKE '%wraparound%'""";

  private ShortLock() {}

  static boolean isWorthAnotherTry(SqlFailure failure) {
    return AGAIN.contains(failure.sqlState());
  }

  /**
   * @param before what is done before each try, outside its transaction
   * @throws PppException {@link Code#CONVERSION_BLOCKED} after many tries
   */
  static <T> T take(Session session, long workflow, Runnable before, Supplier<T> work) {
    for (int i = 0; i < TRIES; i++) {
      before.run();
      try {
        return session.inTransaction(
            () -> {
              session.execute(Sql.of("SET LOCAL lock_timeout = {}", Sql.number(WAIT.toMillis())));
              return work.get();
            });
      } catch (SqlFailure e) {
        if (!isWorthAnotherTry(e)) {
          throw e;
        }
        if (i % TRIES_UNTIL_CANCEL == TRIES_UNTIL_CANCEL - 1) {
          session.query(CANCEL, row -> row.bool("cancelled"), workflow);
        }
        // Longer after each try, so that others get through in between.
        LockSupport.parkNanos(PAUSE.plusMillis(Math.min(i, 100)).toNanos());
      }
    }
    List<String> blockers = session.query(BLOCKERS, row -> row.string("blocker"), workflow);
    throw new PppException(
        Diagnostic.error(
            Code.CONVERSION_BLOCKED,
            "no moment was found in which nobody uses the tables",
            (blockers.isEmpty()
                    ? "Nobody holds them now."
                    : "They are held by " + String.join(", ", blockers) + ".")
                + " End long transactions, and go on."));
  }
}
