package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.partitionproxy.apply.Failure;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.plan.Change;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;

/** The last stage: brings the veneers' foreign tables in step with the shards' tables. */
final class MirrorRunner {

  /**
   * Tenants that one thread takes at a time: while it plans their mirrors, a veneer makes others'.
   * Fewer would ask the catalogs more often, each time for all that they have.
   */
  private static final int TENANTS_AT_ONCE = 60;

  private final Run run;

  MirrorRunner(Run run) {
    this.run = run;
  }

  /**
   * Mirrors of tenants whose two ends are not in step.
   *
   * @param seen the servers as they are now
   */
  void run(Survey seen, Collection<Tenant> drifted) {
    Survey now = seen.without(run.result().unusable());
    run.parts().workers().forEach(portions(drifted), some -> mirror(now, some));
  }

  /** Each of one shard, those of different shards in turn. */
  private static List<List<Tenant>> portions(Collection<Tenant> tenants) {
    Map<ServerName, List<Tenant>> byShard = new LinkedHashMap<>();
    tenants.forEach(t -> byShard.computeIfAbsent(t.shard(), s -> new ArrayList<>()).add(t));
    List<List<Tenant>> portions = new ArrayList<>();
    int longest = byShard.values().stream().mapToInt(List::size).max().orElse(0);
    for (int from = 0; from < longest; from += TENANTS_AT_ONCE) {
      for (List<Tenant> some : byShard.values()) {
        if (from < some.size()) {
          portions.add(some.subList(from, Math.min(from + TENANTS_AT_ONCE, some.size())));
        }
      }
    }
    return portions;
  }

  private void mirror(Survey now, List<Tenant> tenants) {
    MirrorPlanner.MirrorPlan plan = plan(some -> now, tenants);
    if (!plan.isEmpty()) {
      run.record().begin();
    }
    apply(now, tenants, plan.onShards().isEmpty() ? plan : afterShards(now, plan, tenants));
  }

  /** Mirrors what the shards are after their change; tenants with one that failed wait. */
  private MirrorPlanner.MirrorPlan afterShards(
      Survey before, MirrorPlanner.MirrorPlan plan, List<Tenant> tenants) {
    Map<ServerDefinition, List<Change>> changes = new LinkedHashMap<>();
    for (ServerDefinition shard : run.topology().shards()) {
      List<Change> here = plan.onShards().get(shard.name());
      if (here != null) {
        changes.put(shard, here);
      }
    }
    List<Failure> failures = run.applier().applyTenants(changes, (session, done) -> {});
    run.result().keep(failures);
    Set<Identifier> failed = new HashSet<>();
    failures.forEach(failure -> failure.change().schema().ifPresent(failed::add));
    return plan(
        some -> before.withFingerprints(run.parts().surveyor().fingerprints(some)),
        tenants.stream().filter(t -> !failed.contains(t.schema())).toList());
  }

  private void apply(Survey now, List<Tenant> tenants, MirrorPlanner.MirrorPlan plan) {
    Map<ServerDefinition, List<Change>> changes = new LinkedHashMap<>();
    for (ServerDefinition veneer : run.topology().veneers()) {
      if (plan.veneers().containsKey(veneer.name())) {
        MirrorPlanner.OfVeneer here = plan.of(veneer);
        run.result().note(veneer, here.notes());
        if (!here.extensions().isEmpty()) {
          run.bringExtensions(veneer, () -> plan(some -> now, tenants).of(veneer).extensions());
        }
        changes.put(veneer, applyInUse(veneer, plan));
      }
    }
    run.result()
        .keep(
            run.applier()
                .applyTenants(
                    changes,
                    (session, done) -> run.recorders().mirrors(session, schemasOf(done), plan)));
    changes.keySet().stream()
        .filter(run.result()::isUsable)
        .forEach(veneer -> recordUnchanged(veneer, plan));
  }

  /** Returns the rest: mirrors that were made in this run have nobody who uses them. */
  private List<Change> applyInUse(ServerDefinition veneer, MirrorPlanner.MirrorPlan plan) {
    List<Change> inUse = new ArrayList<>();
    List<Change> fresh = new ArrayList<>();
    for (Change change : plan.of(veneer).changes()) {
      boolean used =
          change.schema().filter(s -> run.survey().hasMirror(veneer.name(), s)).isPresent();
      (used ? inUse : fresh).add(change);
    }
    new MirrorMend(run, veneer).apply(inUse, plan);
    return fresh;
  }

  /** Without the veneers, and the tenants of shards, that go away while they are read. */
  private MirrorPlanner.MirrorPlan plan(
      Function<List<Tenant>, Survey> survey, List<Tenant> tenants) {
    while (true) {
      Set<ServerName> gone = run.result().unusable();
      List<Tenant> there = tenants.stream().filter(t -> !gone.contains(t.shard())).toList();
      try {
        return run.parts().mirrors().plan(survey.apply(there).without(gone), there);
      } catch (SqlFailure e) {
        if (gone.contains(e.server())) {
          throw e;
        }
        run.result().lose(e);
      }
    }
  }

  private void recordUnchanged(ServerDefinition veneer, MirrorPlanner.MirrorPlan plan) {
    List<Identifier> unchanged = plan.unchanged(veneer);
    if (!unchanged.isEmpty()) {
      run.parts()
          .sessions()
          .with(
              veneer,
              session -> {
                session.inTransaction(() -> run.recorders().mirrors(session, unchanged, plan));
                return true;
              });
    }
  }

  private static List<Identifier> schemasOf(List<Change> changes) {
    return changes.stream().flatMap(c -> c.schema().stream()).distinct().toList();
  }
}
