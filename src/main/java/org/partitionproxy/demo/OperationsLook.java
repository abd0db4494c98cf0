package org.partitionproxy.demo;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.job.JobBoard;
import org.partitionproxy.replica.ReplicaStatusReader;
import org.partitionproxy.rollup.Rollup;
import org.partitionproxy.rollup.RollupLook;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.TenantSelection;

/** Looks at the operations, their jobs, their rollup and their replica; for one thread. */
public final class OperationsLook implements AutoCloseable {

  private static final Duration WINDOW = Duration.ofSeconds(10);

  private record Count(Instant at, long rows) {}

  private final OperationsPlaces places;
  private final Sessions sessions;
  private final JobBoard board;
  private final Clock clock;
  private final JobTally tally = new JobTally();
  private final Deque<Count> counts = new ArrayDeque<>();
  private SortedSet<Integer> changed = new TreeSet<>();
  private @Nullable OperationsSeen before;

  public OperationsLook(OperationsPlaces places, Connector connector, Clock clock) {
    this.places = places;
    this.sessions = new Sessions(connector);
    this.board = new JobBoard(places.topology(), connector, clock);
    this.clock = clock;
  }

  public OperationsSeen read() {
    long rows = sessions.with(places.shard(), this::count);
    Instant at = clock.instant();
    OperationTotals totals =
        sessions.with(places.shard(), s -> OperationTotals.shown(s, places.rollup()));
    noteChanges(totals);
    OperationsSeen seen =
        new OperationsSeen(
            at,
            rows,
            perSecond(rows, at),
            totals,
            sessions.with(places.shard(), this::age),
            changed,
            tally.add(
                board.list(TenantSelection.ALL, Optional.empty(), JobTally.RUNS_LOOKED_AT).jobs()),
            new ReplicaStatusReader(sessions).read(places.replication()),
            sessions.with(places.replica(), this::count));
    before = seen;
    return seen;
  }

  private long count(Session session) {
    return session
        .query(
            Sql.of("SELECT count(*) AS rows FROM {}", places.operations()),
            row -> row.number("rows"))
        .get(0);
  }

  private Optional<Duration> age(Session session) {
    return new RollupLook(session, List.of(places.tenant()))
        .read(places.topology().rollups().get(0)).stream()
            .findFirst()
            .flatMap(Rollup::last)
            .map(Rollup.Refresh::age);
  }

  /** By the last few seconds: jobs insert some rows now and then. */
  private double perSecond(long rows, Instant at) {
    counts.add(new Count(at, rows));
    while (counts.size() > 2 && counts.element().at().isBefore(at.minus(WINDOW))) {
      counts.remove();
    }
    Count first = counts.element();
    double seconds = Duration.between(first.at(), at).toMillis() / 1000.0;
    return seconds <= 0 ? 0 : (rows - first.rows()) / seconds;
  }

  private void noteChanges(OperationTotals totals) {
    if (before != null && !before.totals().equals(totals)) {
      TreeSet<Integer> clients = new TreeSet<>();
      Set<OperationTotals.Line> same = new HashSet<>(before.totals().lines());
      totals.lines().stream()
          .filter(line -> !same.contains(line))
          .forEach(line -> clients.add(line.client()));
      changed = clients;
    }
  }

  @Override
  public void close() {
    sessions.close();
  }
}
