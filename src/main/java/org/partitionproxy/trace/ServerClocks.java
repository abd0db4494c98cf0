package org.partitionproxy.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.partitionproxy.db.Session;
import org.partitionproxy.topology.ServerName;

/**
 * How far servers' clocks are ahead of the veneer's, by a clock of this process that never jumps.
 */
final class ServerClocks {

  private static final String NOW = "SELECT pg_catalog.clock_timestamp() AS now";
  private static final int TRIES = 5;

  /** How long a measurement holds. */
  private static final Duration TURN = Duration.ofMinutes(1);

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

  /** Over this process's clock, by the turn in which it was measured. */
  private final Map<ServerName, SortedMap<Long, Lead>> leads = new ConcurrentHashMap<>();

  ServerClocks(ServerName veneer) {
    this.veneer = veneer;
  }

  /** By this process's clock. */
  Instant now() {
    return begin.plusNanos(System.nanoTime() - beginNanos);
  }

  /** By the veneer's clock. */
  Instant nowAtVeneer() {
    return now().plus(newest(veneer).map(Lead::ahead).orElse(Duration.ZERO));
  }

  private long turn() {
    return Duration.between(begin, now()).dividedBy(TURN);
  }

  /** Whether it should be measured again. */
  boolean isDue(ServerName server) {
    return !known(server).containsKey(turn());
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
    note(server, turn(), new Lead(ahead, shortest.dividedBy(2)));
  }

  void note(ServerName server, long turn, Lead lead) {
    leads.computeIfAbsent(server, name -> new ConcurrentSkipListMap<>()).put(turn, lead);
    leads.get(server).headMap(turn - 1).clear();
  }

  /**
   * Over the veneer's clock; empty before it was measured. Both are taken from the same turn: where
   * a machine's clock is set, that of all its servers is, and one measured before it and one after
   * would seem to differ.
   */
  Optional<Lead> lead(ServerName server) {
    if (server.equals(veneer)) {
      return Optional.of(Lead.NONE);
    }
    SortedMap<Long, Lead> there = known(veneer);
    Optional<Lead> together = Optional.empty();
    for (Map.Entry<Long, Lead> here : known(server).entrySet()) {
      Lead veneers = there.get(here.getKey());
      together = veneers == null ? together : Optional.of(here.getValue().over(veneers));
    }
    return together.or(
        () -> newest(server).map(lead -> lead.over(newest(veneer).orElse(Lead.NONE))));
  }

  private SortedMap<Long, Lead> known(ServerName server) {
    return leads.getOrDefault(server, Collections.emptySortedMap());
  }

  private Optional<Lead> newest(ServerName server) {
    return known(server).values().stream().reduce((earlier, later) -> later);
  }
}
