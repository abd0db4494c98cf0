package org.partitionproxy.provision;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.db.Session;
import org.partitionproxy.rollup.Rollup;
import org.partitionproxy.rollup.RollupLook;
import org.partitionproxy.topology.RollupRules;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** What is to be said of tenants' rollups: what can't be refreshed, and what makes readers wait. */
final class RollupNotes {

  private final Topology topology;
  private final Sessions sessions;

  RollupNotes(Topology topology, Sessions sessions) {
    this.topology = topology;
    this.sessions = sessions;
  }

  /**
   * @param shards that answer and have a ledger
   * @param ready the tenants whose migrations have run
   */
  List<String> of(Collection<ServerDefinition> shards, Predicate<Tenant> ready) {
    PolicyNotes notes = new PolicyNotes("rollup");
    for (ServerDefinition shard :
        topology.rollups().isEmpty() ? List.<ServerDefinition>of() : shards) {
      List<Tenant> tenants = topology.tenantsOf(shard.name()).stream().filter(ready).toList();
      if (!tenants.isEmpty()) {
        sessions.with(
            shard,
            session -> {
              note(session, tenants, notes);
              return true;
            });
      }
    }
    return notes.texts();
  }

  private void note(Session session, List<Tenant> tenants, PolicyNotes notes) {
    RollupLook look = new RollupLook(session, tenants);
    if (!look.isPossible()) {
      return;
    }
    for (RollupRules rules : topology.rollups()) {
      for (Rollup one : look.read(rules)) {
        remark(one)
            .ifPresent(
                text ->
                    notes.add(
                        rules.view(),
                        topology.findTenant(one.tenant().value()).orElseThrow(),
                        text));
      }
    }
  }

  private static Optional<String> remark(Rollup rollup) {
    if (rollup.view().isEmpty()) {
      return Optional.of("there is no such view; a migration should make it");
    }
    Rollup.View view = rollup.view().get();
    if (!view.isMaterialized()) {
      return Optional.of("it is no materialized view, and so there is nothing to refresh");
    }
    if (rollup.rules().onlyChanged() && view.sources() == 0) {
      return Optional.of("no table is known that it reads; name those with of: [TABLE]");
    }
    return view.besideReaders()
        ? Optional.empty()
        : Optional.of(
            "readers wait while it is refreshed; CREATE UNIQUE INDEX on columns of it, in a"
                + " migration, lets them go on");
  }
}
