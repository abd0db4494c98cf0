package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.partitionproxy.apply.Failure;
import org.partitionproxy.catalog.Rereading;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.plan.Change;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;

/** Brings the veneers' foreign tables in step with the shards' tables. */
final class MirrorRunner {

  /**
   * Tenants that one thread takes at a time: while it plans their mirrors, a veneer makes others'.
   * Fewer would ask the catalogs more often, each time for all that they have.
   */
  private static final int TENANTS_AT_ONCE = 60;

  /** For tenants whose tables are renamed or dropped after they were read. */
  private static final int TRIES = 3;

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
    run.parts().workers().forEach(portions(drifted), some -> mirror(all -> now, some, TRIES));
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

  /**
   * @param look tells how the servers are now, as far as some tenants are concerned
   */
  private void mirror(Function<List<Tenant>, Survey> look, List<Tenant> tenants, int tries) {
    MirrorPlanner.MirrorPlan plan = plan(look, tenants);
    if (!plan.isEmpty()) {
      run.record().begin();
    }
    if (plan.onShards().isEmpty()) {
      apply(look, tenants, plan);
      return;
    }
    Set<Tenant> failed = new HashSet<>();
    Set<Tenant> overtaken = new HashSet<>();
    for (Failure failure : changeShards(plan)) {
      boolean again = tries > 1 && Rereading.isGone(failure.reason());
      tenants.stream()
          .filter(t -> failure.change().schema().equals(Optional.of(t.schema())))
          .forEach((again ? overtaken : failed)::add);
      if (!again) {
        run.result().keep(List.of(failure));
      }
    }
    Function<List<Tenant>, Survey> changed =
        some -> look.apply(some).withFingerprints(run.parts().surveyor().fingerprints(some));
    List<Tenant> done =
        tenants.stream().filter(t -> !failed.contains(t) && !overtaken.contains(t)).toList();
    apply(changed, done, plan(changed, done));
    if (!overtaken.isEmpty()) {
      mirror(changed, List.copyOf(overtaken), tries - 1);
    }
  }

  /** Mirrors show what the shards are after it. */
  private List<Failure> changeShards(MirrorPlanner.MirrorPlan plan) {
    Map<ServerDefinition, List<Change>> changes = new LinkedHashMap<>();
    for (ServerDefinition shard : run.topology().shards()) {
      List<Change> here = plan.onShards().get(shard.name());
      if (here != null) {
        changes.put(shard, here);
      }
    }
    return run.applier().applyTenants(changes, (session, done) -> {});
  }

  private void apply(
      Function<List<Tenant>, Survey> look, List<Tenant> tenants, MirrorPlanner.MirrorPlan plan) {
    Map<ServerDefinition, List<Change>> changes = new LinkedHashMap<>();
    for (ServerDefinition veneer : run.topology().veneers()) {
      if (plan.veneers().containsKey(veneer.name())) {
        MirrorPlanner.OfVeneer here = plan.of(veneer);
        run.result().note(veneer, here.notes());
        if (!here.extensions().isEmpty()) {
          run.bringExtensions(veneer, () -> plan(look, tenants).of(veneer).extensions());
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
