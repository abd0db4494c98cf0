package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.partitionproxy.apply.Failure;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.plan.Change;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;

/** The last stage: brings the veneers' foreign tables in step with the shards' tables. */
final class MirrorRunner {

  /** Tenants whose tables are in memory at the same time. */
  private static final int MIRRORS_AT_ONCE = 400;

  private final Run run;

  MirrorRunner(Run run) {
    this.run = run;
  }

  /** Has the ledger remember mirrors that were found in step although a fingerprint differed. */
  void recordInStep() {
    if (!run.parts().mirrors().drifted(run.survey()).isEmpty()) {
      run(run.topology().tenants());
    }
  }

  /** Mirrors of the tenants whose two ends are not in step. */
  void run(Collection<Tenant> tenants) {
    Survey now = usable(run.parts().surveyor().surveyMirrors());
    Set<Tenant> wanted = new HashSet<>(tenants);
    List<Tenant> drifted =
        run.parts().mirrors().drifted(now).stream().filter(wanted::contains).toList();
    for (int from = 0; from < drifted.size(); from += MIRRORS_AT_ONCE) {
      int to = Math.min(from + MIRRORS_AT_ONCE, drifted.size());
      List<Tenant> some = drifted.subList(from, to);
      MirrorPlanner.MirrorPlan plan = plan(now, some);
      apply(plan.onShards().isEmpty() ? plan : afterShards(plan, some));
    }
  }

  /** Mirrors what the shards are after their change; tenants with one that failed wait. */
  private MirrorPlanner.MirrorPlan afterShards(
      MirrorPlanner.MirrorPlan plan, List<Tenant> tenants) {
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
        usable(run.parts().surveyor().surveyMirrors()),
        tenants.stream().filter(t -> !failed.contains(t.schema())).toList());
  }

  private Survey usable(Survey survey) {
    run.result().lose(survey.unreachable());
    return survey.without(run.result().unusable());
  }

  private void apply(MirrorPlanner.MirrorPlan plan) {
    Map<ServerDefinition, List<Change>> changes = new LinkedHashMap<>();
    for (ServerDefinition veneer : run.topology().veneers()) {
      if (plan.veneers().containsKey(veneer.name())) {
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
    run.bringExtensions(veneer, plan.of(veneer)::extensions);
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
  private MirrorPlanner.MirrorPlan plan(Survey survey, List<Tenant> tenants) {
    while (true) {
      try {
        return run.parts()
            .mirrors()
            .plan(
                survey.without(run.result().unusable()),
                tenants.stream()
                    .filter(t -> run.result().isUsable(run.topology().shardOf(t)))
                    .toList());
      } catch (SqlFailure e) {
        if (!run.result().lose(e)) {
          throw e;
        }
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
