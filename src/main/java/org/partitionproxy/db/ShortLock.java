package org.partitionproxy.db;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.partitionproxy.sql.Sql;

/**
 * Transactions that need a table for themselves for a moment. Everybody who comes while one waits
 * for its lock waits behind it, so it waits only a little, gives up, and tries again later.
 *
 * @param patience for a lock, and so how long others may have to wait behind it
 * @param pause the least time between two tries, in which others get through
 * @param tries how often in all
 */
public record ShortLock(Duration patience, Duration pause, int tries) {

  /** For what may take its time: about ten seconds in all. */
  public static final ShortLock DEFAULT =
      new ShortLock(Duration.ofMillis(200), Duration.ofMillis(50), 30);

  /** lock_not_available, deadlock_detected, and what ppp's functions raise: not now. */
  private static final Set<String> NOT_NOW = Set.of("55P03", "40P01", "PP001");

  /** Whether it failed only because others were there. */
  public static boolean isNotNow(SqlFailure failure) {
    return NOT_NOW.contains(failure.sqlState());
  }

  /**
   * @throws SqlFailure what the last try threw, or the first that was not about a lock
   */
  public <T> T run(Session session, Supplier<T> work) {
    return run(session, attempt -> {}, work);
  }

  /**
   * @param before what is done before each try, outside its transaction; it gets the try's number,
   *     from 1
   */
  public <T> T run(Session session, IntConsumer before, Supplier<T> work) {
    return again(
        attempt -> {
          before.accept(attempt);
          return session.inTransaction(
              () -> {
                session.execute(
                    Sql.of("SET LOCAL lock_timeout = {}", Sql.number(patience.toMillis())));
                return work.get();
              });
        });
  }

  /** The same for work that is a transaction by itself, and knows how long to wait. */
  public <T> T again(IntFunction<T> work) {
    for (int attempt = 1; ; attempt++) {
      try {
        return work.apply(attempt);
      } catch (SqlFailure e) {
        if (!isNotNow(e) || attempt >= tries || !sleep()) {
          throw e;
        }
      }
    }
  }

  public void execute(Session session, Sql statement) {
    run(
        session,
        () -> {
          session.execute(statement);
          return true;
        });
  }

  /** At random, so that two that met do not meet again. */
  private boolean sleep() {
    long least = pause.toMillis();
    return Pause.of(Duration.ofMillis(ThreadLocalRandom.current().nextLong(least, 4 * least)));
  }
}
