package org.partitionproxy.partition;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.partitionproxy.db.Pause;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.sql.Sql;

/**
 * Transactions that wait for a lock no longer than others may wait behind them, and try again.
 *
 * @param tries how often in all
 */
record ShortLocks(int tries) {

  /** About ten seconds in all. */
  static final ShortLocks DEFAULT = new ShortLocks(30);

  private static final Set<String> LOCKED = Set.of("55P03", "40P01");

  /**
   * @throws SqlFailure what the last try threw, or the first that was not about a lock
   */
  <T> T run(Session session, Supplier<T> work) {
    return again(
        () ->
            session.inTransaction(
                () -> {
                  session.execute(Sql.of("SET LOCAL lock_timeout = '200ms'"));
                  return work.get();
                }));
  }

  /** The same for work that is a transaction by itself, and knows how long to wait. */
  <T> T again(Supplier<T> work) {
    for (int attempt = 1; ; attempt++) {
      try {
        return work.get();
      } catch (SqlFailure e) {
        if (!LOCKED.contains(e.sqlState()) || attempt >= tries || !pause()) {
          throw e;
        }
      }
    }
  }

  void execute(Session session, Sql statement) {
    run(
        session,
        () -> {
          session.execute(statement);
          return true;
        });
  }

  /** So that two that met do not meet again. */
  static boolean pause() {
    return Pause.of(Duration.ofMillis(ThreadLocalRandom.current().nextLong(50, 200)));
  }
}
