package org.partitionproxy.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.partitionproxy.db.Session;
import org.partitionproxy.topology.ServerName;

/**
 * How far servers' clocks are ahead of the veneer's, by a clock of this process that never jumps.
 */
final class ServerClocks {

  private static final String NOW = "SELECT pg_catalog.clock_timestamp() AS now";
  private static final int TRIES = 5;

  /**
   * How far a clock is ahead of another.
   *
   * @param uncertainty how much that may be wrong, either way
   */
  record Lead(Duration ahead, Duration uncertainty) {

    private static final Lead NONE = new Lead(Duration.ZERO, Duration.ZERO);

    private Lead over(Lead other) {
      return new Lead(ahead.minus(other.ahead), uncertainty.plus(other.uncertainty));
    }
  }

  private final ServerName veneer;
  private final Instant begin = Instant.now();
  private final long beginNanos = System.nanoTime();

  /** Over this process's clock. */
  private final Map<ServerName, Lead> leads = new ConcurrentHashMap<>();

  ServerClocks(ServerName veneer) {
    this.veneer = veneer;
  }

  /** By this process's clock. */
  Instant now() {
    return begin.plusNanos(System.nanoTime() - beginNanos);
  }

  /** By the veneer's clock. */
  Instant nowAtVeneer() {
    return now().plus(leads.getOrDefault(veneer, Lead.NONE).ahead());
  }

  /** The shortest of a few round trips tells best: wrong by half of it at most. */
  void measure(ServerName server, Session session) {
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
    leads.put(server, new Lead(ahead, shortest.dividedBy(2)));
  }

  /** Over the veneer's clock; empty before it was measured. */
  Optional<Lead> lead(ServerName server) {
    if (server.equals(veneer)) {
      return Optional.of(Lead.NONE);
    }
    return Optional.ofNullable(leads.get(server))
        .map(lead -> lead.over(leads.getOrDefault(veneer, Lead.NONE)));
  }
}
