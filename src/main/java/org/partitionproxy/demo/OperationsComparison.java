package org.partitionproxy.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Pause;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.replica.CatchUp;
import org.partitionproxy.rollup.Rollups;
import org.partitionproxy.rollup.RollupsSeen;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.TenantSelection;
import org.partitionproxy.topology.Topology;

/**
 * The totals of the shard, of its replica, of the rollup, and through the veneer, at a point at
 * which nobody writes, whoever runs the jobs: the table is locked until all are read.
 */
public final class OperationsComparison {

  private static final int TRIES = 30;
  private static final Duration BETWEEN = Duration.ofMillis(200);

  /** What one place has. */
  public record Place(String name, OperationTotals totals) {}

  private final OperationsPlaces places;
  private final Connector connector;

  public OperationsComparison(OperationsPlaces places, Connector connector) {
    this.places = places;
    this.connector = connector;
  }

  /** Whether all places have the same. */
  public static boolean isSame(List<Place> found) {
    return found.stream().map(Place::totals).distinct().count() == 1;
  }

  /**
   * @throws PppException if the replica does not catch up, or the rollup is not refreshed
   */
  public List<Place> run() {
    try (Sessions sessions = new Sessions(connector)) {
      // What is far behind catches up before others have to wait.
      require(() -> CatchUp.reached(sessions, places.replication()), "the replica to catch up");
      return sessions.with(
          places.shard(),
          session ->
              session.inTransaction(
                  () -> {
                    session.execute(Sql.of("LOCK TABLE {} IN SHARE MODE", places.operations()));
                    require(
                        () -> CatchUp.reached(sessions, places.replication()),
                        "the replica to catch up");
                    require(this::refresh, "the rollup to be refreshed");
                    return read(session);
                  }));
    }
  }

  /** Where its job is at it just now, that one began before the lock, and it has to be repeated. */
  private boolean refresh() {
    RollupsSeen seen =
        new Rollups(places.topology(), connector, 1)
            .refresh(TenantSelection.ALL, places.topology().rollups(), false);
    if (!seen.problems().isEmpty()) {
      throw new PppException(seen.problems());
    }
    return !seen.refreshed().isEmpty() || !Pause.of(BETWEEN);
  }

  private static void require(BooleanSupplier step, String what) {
    for (int tries = 0; tries < TRIES; tries++) {
      if (step.getAsBoolean()) {
        return;
      }
    }
    throw new PppException(
        Diagnostic.error(
            Code.OPERATIONS_DIFFER,
            "the demo waited too long for " + what,
            "Please report it, with all that the demo printed."));
  }

  private List<Place> read(Session shard) {
    List<Place> found = new ArrayList<>();
    found.add(new Place("primary", OperationTotals.counted(shard, places.operations())));
    try (Session replica = connector.superuser(places.replica())) {
      found.add(new Place("replica", OperationTotals.counted(replica, places.operations())));
    }
    found.add(new Place("rollup", OperationTotals.shown(shard, places.rollup())));
    Topology topology = places.topology();
    try (Session veneer = connector.as(topology.veneer(), topology.appRole())) {
      found.add(new Place("veneer", OperationTotals.counted(veneer, places.operations())));
      found.add(new Place("rollup, by the veneer", OperationTotals.shown(veneer, places.rollup())));
    }
    return found;
  }
}
