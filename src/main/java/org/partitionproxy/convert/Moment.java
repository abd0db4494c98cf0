package org.partitionproxy.convert;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.ShortLock;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/** A moment in which nobody uses a conversion's tables, waited for, and said who was there. */
final class Moment {

  /** Others wait no longer than this for who waits here. */
  private static final Duration PATIENCE = Duration.ofMillis(20);

  private static final Duration PAUSE = Duration.ofMillis(40);

  /** Of a try and what follows it: the pause is up to four times as long. */
  private static final long MILLIS_A_TRY = 120;

  private static final int TRIES_UNTIL_CANCEL = 20;

  private static final String BLOCKERS =
      """
      SELECT 'process ' || a.pid || ' ("' || a.application_name || '", ' || coalesce(a.state, '')
        || ', in a transaction since ' || coalesce(a.xact_start::text, '') || ')' AS blocker
      FROM pg_catalog.pg_locks AS l
      JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
      JOIN ppp.conversion AS c
        ON l.relation = ANY (ppp.conversion_tree(c.old) || ppp.conversion_tree(c.shadow))
      WHERE c.workflow = ? AND l.granted AND a.pid <> pg_catalog.pg_backend_pid()
      GROUP BY a.pid, a.application_name, a.state, a.xact_start
      ORDER BY a.xact_start
      LIMIT 3""";

  /**
   * Autovacuum gives way by itself only to who waits for deadlock_timeout, which nobody should have
   * to.
   */
  private static final String CANCEL =
      """
      SELECT pg_catalog.pg_cancel_backend(a.pid) AS cancelled
      FROM pg_catalog.pg_locks AS l
      JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
      JOIN ppp.conversion AS c
        ON l.relation = ANY (ppp.conversion_tree(c.old) || ppp.conversion_tree(c.shadow))
      WHERE c.workflow = ? AND l.granted AND a.backend_type = 'autovacuum worker'
        AND a.query NOT LIKE '%wraparound%'""";

  private final Session session;
  private final long workflow;
  private final ShortLock lock;

  /**
   * @param maxWait about how long in all
   */
  Moment(Session session, long workflow, Duration maxWait) {
    this.session = session;
    this.workflow = workflow;
    this.lock =
        new ShortLock(PATIENCE, PAUSE, (int) Math.max(1, maxWait.toMillis() / MILLIS_A_TRY));
  }

  <T> T take(Supplier<T> work) {
    return take(() -> {}, work);
  }

  /**
   * @param before what is done before each try, outside its transaction
   * @throws PppException {@link Code#CONVERSION_BLOCKED} after many tries
   */
  <T> T take(Runnable before, Supplier<T> work) {
    try {
      return lock.run(
          session,
          attempt -> {
            if (attempt % TRIES_UNTIL_CANCEL == 0) {
              session.query(CANCEL, row -> row.bool("cancelled"), workflow);
            }
            before.run();
          },
          work);
    } catch (SqlFailure e) {
      throw ShortLock.isNotNow(e) ? blocked() : e;
    }
  }

  private PppException blocked() {
    List<String> blockers = session.query(BLOCKERS, row -> row.string("blocker"), workflow);
    return new PppException(
        Diagnostic.error(
            Code.CONVERSION_BLOCKED,
            "no moment was found in which nobody uses the tables",
            (blockers.isEmpty()
                    ? "Nobody holds them now."
                    : "They are held by " + String.join(", ", blockers) + ".")
                + " End long transactions, and go on."));
  }
}
