package org.partitionproxy.trace;

import java.time.Duration;
import java.time.Instant;
import org.partitionproxy.db.Session;

/** Time by this process, which never jumps, and how far servers' clocks are ahead of it. */
final class ServerClock {

  private static final String NOW = "SELECT pg_catalog.clock_timestamp() AS now";
  private static final int TRIES = 5;

  private final Instant begin = Instant.now();
  private final long beginNanos = System.nanoTime();

  Instant now() {
    return begin.plusNanos(System.nanoTime() - beginNanos);
  }

  /**
   * How far a server's clock is ahead.
   *
   * @param uncertainty how much that may be wrong, either way
   */
  record Lead(Duration ahead, Duration uncertainty) {

    static final Lead NONE = new Lead(Duration.ZERO, Duration.ZERO);

    Lead over(Lead other) {
      return new Lead(ahead.minus(other.ahead), uncertainty.plus(other.uncertainty));
    }
  }

  /** The shortest of a few round trips tells best: wrong by half of it at most. */
  Lead measure(Session session) {
    Duration shortest = Duration.ofNanos(Long.MAX_VALUE);
    Duration ahead = Duration.ZERO;
    for (int i = 0; i < TRIES; i++) {
      Instant before = now();
      Instant there = session.queryOne(NOW, row -> row.instant("now")).orElseThrow();
      Duration trip = Duration.between(before, now());
      if (trip.compareTo(shortest) < 0) {
        shortest = trip;
        ahead = Duration.between(before.plus(trip.dividedBy(2)), there);
      }
    }
    return new Lead(ahead, shortest.dividedBy(2));
  }
}
