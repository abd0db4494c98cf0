package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.migrate.Follower;
import org.partitionproxy.migrate.Following;
import org.partitionproxy.migrate.MigrationListener;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;

/**
 * Keeps a tenant's mirrors in step with its migration. Tenants whose mirror does not exist yet have
 * nobody waiting: theirs is made later, for many at once.
 */
final class MirrorFollower implements Follower, MirrorTurn.MirrorListener {

  private final Run run;
  private final MigrationListener listener;
  private final Set<Tenant> drifted;
  private final MirrorLocks locks = new MirrorLocks();
  private final Map<ServerDefinition, List<Change>> statistics = new HashMap<>();

  MirrorFollower(Run run, MigrationListener listener) {
    this.drifted = new HashSet<>(run.parts().mirrors().drifted(run.survey()));
    this.run = run;
    this.listener = listener;
  }

  @Override
  public <T> T beside(Tenant tenant, Function<Following, T> migration) {
    List<ServerDefinition> veneers =
        run.topology().veneers().stream()
            .filter(veneer -> run.survey().hasMirror(veneer.name(), tenant.schema()))
            .toList();
    if (veneers.isEmpty()) {
      return migration.apply(Following.NONE);
    }
    List<T> result = new ArrayList<>();
    try {
      with(
          veneers,
          List.of(),
          sessions -> {
            MirrorTurn turn = new MirrorTurn(run, tenant, source(tenant), sessions, locks, this);
            try {
              result.add(migration.apply(turn));
            } finally {
              turn.release();
            }
            turn.requireSessions();
          });
    } catch (SqlFailure e) {
      // The tenant's own outcome stands; what is next finds out by itself which veneers are up.
      if (result.isEmpty()) {
        throw e;
      }
    }
    return result.get(0);
  }

  /** Lends a session of each of these veneers. */
  private void with(
      List<ServerDefinition> veneers, List<Session> lent, Consumer<List<Session>> work) {
    if (lent.size() == veneers.size()) {
      work.accept(lent);
      return;
    }
    run.parts()
        .sessions()
        .with(
            veneers.get(lent.size()),
            session -> {
              with(veneers, Stream.concat(lent.stream(), Stream.of(session)).toList(), work);
              return true;
            });
  }

  private String source(Tenant tenant) {
    return drifted.contains(tenant)
        ? ""
        : run.survey().fingerprint(tenant.shard(), tenant.schema());
  }

  @Override
  public void waiting(Tenant tenant, String forWhom) {
    listener.waiting(tenant, forWhom);
  }

  @Override
  public void committed(ServerDefinition veneer, List<Change> changes) {
    List<Change> later =
        changes.stream()
            .filter(
                c -> c.kind() == ObjectKind.STATISTICS || c.kind() == ObjectKind.MATERIALIZED_VIEW)
            .toList();
    synchronized (statistics) {
      statistics.computeIfAbsent(veneer, v -> new ArrayList<>()).addAll(later);
    }
    run.result().commit(changes.size() - later.size());
  }

  /**
   * Analyzes what was altered, and fills what was emptied, now that the shards' tables are free
   * again.
   */
  void analyze() {
    run.result().keep(run.applier().applyTenants(statistics, (session, done) -> {}));
  }
}
