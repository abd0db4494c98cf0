package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.migrate.Follower;
import org.partitionproxy.migrate.Following;
import org.partitionproxy.migrate.MigrationListener;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;

/**
 * Keeps a tenant's mirror in step with its migration. Tenants whose mirror does not exist yet have
 * nobody waiting: theirs is made later, for many at once.
 */
final class MirrorFollower implements Follower, MirrorTurn.MirrorListener {

  private final Run run;
  private final MigrationListener listener;
  private final Set<Tenant> drifted;
  private final MirrorLocks locks = new MirrorLocks();
  private final List<Change> statistics = Collections.synchronizedList(new ArrayList<>());

  MirrorFollower(Run run, MigrationListener listener) {
    this.drifted = new HashSet<>(run.parts().mirrors().drifted(run.survey()));
    this.run = run;
    this.listener = listener;
  }

  @Override
  public <T> T beside(Tenant tenant, Function<Following, T> migration) {
    if (!run.survey().hasMirror(tenant.schema())) {
      return migration.apply(Following.NONE);
    }
    List<T> result = new ArrayList<>();
    try {
      run.parts()
          .sessions()
          .with(
              run.topology().veneer(),
              session -> {
                MirrorTurn turn = new MirrorTurn(run, tenant, source(tenant), session, locks, this);
                try {
                  result.add(migration.apply(turn));
                } finally {
                  turn.release();
                }
                turn.requireSession();
                return true;
              });
    } catch (SqlFailure e) {
      // The tenant's own outcome stands; what is next finds out by itself whether the veneer is up.
      if (result.isEmpty()) {
        throw e;
      }
    }
    return result.get(0);
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
  public void committed(List<Change> changes) {
    List<Change> later =
        changes.stream()
            .filter(
                c -> c.kind() == ObjectKind.STATISTICS || c.kind() == ObjectKind.MATERIALIZED_VIEW)
            .toList();
    statistics.addAll(later);
    run.result().commit(changes.size() - later.size());
  }

  /**
   * Analyzes what was altered, and fills what was emptied, now that the shards' tables are free
   * again.
   */
  void analyze() {
    Map<ServerDefinition, List<Change>> changes = new LinkedHashMap<>();
    changes.put(run.topology().veneer(), List.copyOf(statistics));
    run.result().keep(run.applier().applyTenants(changes, (session, done) -> {}));
  }
}
