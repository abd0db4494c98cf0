package org.partitionproxy.migrate;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How a migration deals with locks that others hold. While it waits for a lock, everybody who comes
 * later waits behind it; so it waits for a short time, gives way, and tries again.
 *
 * @param lockTimeout of one statement; not of migrations that run outside a transaction, whose
 *     failure leaves half of them behind and which wait without being in the way
 * @param tries in all
 * @param firstPause after the first try; each further one is twice as long
 * @see <a
 *     href="https://www.postgresql.org/docs/18/runtime-config-client.html#GUC-LOCK-TIMEOUT">PostgreSQL,
 *     lock_timeout</a>
 */
public record LockRetry(
    Duration lockTimeout, int tries, Duration firstPause, Duration longestPause) {

  public static final LockRetry DEFAULT =
      new LockRetry(Duration.ofSeconds(2), 10, Duration.ofMillis(200), Duration.ofSeconds(5));

  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final String DEADLOCK_DETECTED = "40P01";

  static boolean isAboutLocks(String sqlState) {
    return sqlState.equals(LOCK_NOT_AVAILABLE) || sqlState.equals(DEADLOCK_DETECTED);
  }

  /**
   * Between half of the pause and all of it, so that two that met do not meet again.
   *
   * @param attempt that failed, from 1
   */
  Duration pauseAfter(int attempt) {
    long doubled = firstPause.toMillis() << Math.min(attempt - 1, 20);
    long millis = Math.min(doubled, longestPause.toMillis());
    return Duration.ofMillis(millis - ThreadLocalRandom.current().nextLong(millis / 2 + 1));
  }
}
