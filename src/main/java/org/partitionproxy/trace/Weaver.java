package org.partitionproxy.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.partitionproxy.inspect.LogEntry;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Topology;

/**
 * Ties the logs of a veneer and of its shards together: postgres_fdw names the veneer's session in
 * each line of a shard ({@code postgres_fdw.application_name = 'ppp:%c'}), and within a session
 * {@link Attribution} finds the statement. Where it can't, {@link Strays} guess. Not for several
 * threads.
 *
 * @see <a href="https://www.postgresql.org/docs/18/postgres-fdw.html">F.38.1.9 postgres_fdw,
 *     Configuration Parameters</a>
 */
public final class Weaver {

  /**
   * Sessions of which nothing is heard are forgotten, and what has no statement is told by itself.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** No finer are timestamps in logs. */
  private static final Duration FINE = Duration.ofMillis(1);

  private static final int MOST_SESSIONS = 10_000;

  private final ServerName veneer;
  private final Roles roles;
  private final Map<ServerName, Duration> ahead = new HashMap<>();
  private final Map<ServerName, Duration> uncertain = new HashMap<>();
  private final Map<String, Knot> knots = new LinkedHashMap<>();

  private final Set<ServerName> unnamed = new HashSet<>();
  private final Strays strays = new Strays();

  public Weaver(Topology topology, ServerName veneer) {
    this.veneer = veneer;
    this.roles = new Roles(topology);
  }

  /**
   * Says how clocks differ, from then on. What is within the uncertainty of what was said before
   * changes nothing: lines that were read already would no longer fit to those that come.
   *
   * @param ahead how far the shard's is ahead of the veneer's; negative if it is behind
   * @param uncertainty how much that may be wrong, either way
   */
  public void clock(ServerName shard, Duration ahead, Duration uncertainty) {
    Duration before = this.ahead.get(shard);
    Duration tolerance = uncertainty(shard);
    boolean fine = tolerance.compareTo(FINE) <= 0;
    if (before == null || !fine || before.minus(ahead).abs().compareTo(tolerance) > 0) {
      this.ahead.put(shard, ahead);
      this.uncertain.put(shard, uncertainty);
    }
  }

  /** From then on, what of this shard bears no veneer session's name is tied by time. */
  public void guess(ServerName shard) {
    unnamed.add(shard);
  }

  /** Lines of one session in their order; ppp's own sessions are passed over. */
  public void onVeneer(LogEntry entry) {
    if (!entry.isOwn()) {
      knot(entry.sessionId()).telling().add(entry);
    }
  }

  /** Lines of one session in their order; those that no veneer session caused are passed over. */
  public void onShard(ServerName shard, LogEntry entry) {
    Duration lead = ahead.getOrDefault(shard, Duration.ZERO);
    Optional<String> session = entry.veneerSession();
    if (session.isPresent()) {
      knot(session.get()).asking(shard, entry.sessionId(), entry.user()).add(entry, lead);
    } else if (unnamed.contains(shard) && entry.user().isPresent() && !entry.isOwn()) {
      strays.add(shard, entry, lead);
    }
  }

  private Knot knot(String session) {
    Knot knot = knots.computeIfAbsent(session, s -> new Knot(veneer, s, roles));
    if (knots.size() > MOST_SESSIONS) {
      Iterator<Knot> oldest = knots.values().iterator();
      oldest.next();
      oldest.remove();
    }
    return knot;
  }

  /**
   * Statements that ended until then, each once, in the order of their ends. All servers' logs must
   * have been given up to a moment after that.
   *
   * @param moment by the veneer's clock
   */
  public List<Trace> until(Instant moment) {
    List<Trace> traces = new ArrayList<>();
    Instant stale = moment.minus(PATIENCE);
    strays.lend(knots.values(), this::uncertainty);
    for (Iterator<Knot> all = knots.values().iterator(); all.hasNext(); ) {
      Knot knot = all.next();
      traces.addAll(knot.until(moment, stale, this::uncertainty));
      if (knot.isIdleSince(stale)) {
        all.remove();
      }
    }
    strays.takeBack(moment, stale);
    traces.sort(Comparator.comparing(trace -> trace.begin().plus(trace.duration())));
    return traces;
  }

  private Duration uncertainty(ServerName shard) {
    return Optional.ofNullable(uncertain.get(shard)).orElse(Duration.ZERO);
  }

  /** All that is left, when nothing more comes. */
  public List<Trace> end() {
    return until(Instant.MAX.minus(Duration.ofDays(1)));
  }
}
