package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.partitionproxy.apply.Failure;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.ledger.EveryoneLedger;
import org.partitionproxy.plan.Action;
import org.partitionproxy.plan.Change;
import org.partitionproxy.topology.ServerDefinition;

/** Brings schema {@code everyone} in step, after the tenants' own mirrors. */
final class EveryoneRunner {

  private final Run run;

  EveryoneRunner(Run run) {
    this.run = run;
  }

  /**
   * Only while every server is there: what is left out of it would look as if it were empty.
   * Returns whether rights on tenants' tables were granted, which changes their fingerprints.
   *
   * @param look tells how the servers are now
   */
  boolean run(Supplier<Survey> look) {
    boolean granted = false;
    try {
      // Grants change what the plan was made from: it is made again, so that it can be remembered.
      Supplier<Survey> looked = look;
      while (isComplete() && run.parts().everyone().isConcerned()) {
        Survey now = looked.get();
        EveryonePlanner.EveryonePlan plan = run.parts().everyone().plan(now);
        run.result().noteOfEveryone(plan.notes());
        if (!plan.compared() || !apply(plan)) {
          return granted;
        }
        if (!plan.hasGrants() || granted) {
          record(plan);
          return granted;
        }
        granted = true;
        looked = run::look;
      }
    } catch (SqlFailure e) {
      run.result().lose(e);
    }
    return granted;
  }

  private boolean isComplete() {
    return run.topology().primaries().stream().allMatch(run.result()::isUsable);
  }

  /** The shards before the veneers, which show what they have; returns whether all went well. */
  private boolean apply(EveryonePlanner.EveryonePlan plan) {
    if (!plan.isEmpty()) {
      run.record().begin();
    }
    Map<ServerDefinition, List<Change>> grants = new LinkedHashMap<>(plan.grants());
    List<Failure> failures =
        new ArrayList<>(run.applier().applyTenants(grants, (session, done) -> {}));
    if (failures.isEmpty()) {
      for (ServerDefinition shard : run.topology().shards()) {
        failures.addAll(each(shard, plan.changes().getOrDefault(shard, List.of())));
      }
    }
    if (failures.isEmpty()) {
      for (ServerDefinition veneer : run.topology().veneers()) {
        failures.addAll(each(veneer, plan.changes().getOrDefault(veneer, List.of())));
      }
    }
    run.result().keep(failures);
    return failures.isEmpty();
  }

  /** A change that fails is left out; the others are of other tables. */
  private List<Failure> each(ServerDefinition server, List<Change> changes) {
    List<Failure> failures = new ArrayList<>();
    List<Change> rest = changes;
    while (!rest.isEmpty()) {
      List<Failure> failed = run.applier().applyGlobal(server, rest, this::remember);
      failures.addAll(failed);
      int done = failed.isEmpty() ? rest.size() : 1 + rest.indexOf(failed.get(0).change());
      rest = rest.subList(done, rest.size());
    }
    return failures;
  }

  private void remember(Session session, List<Change> changes) {
    Predicate<Change> dropped = change -> change.action() == Action.DROP;
    run.recorders().global(session, changes, false);
    run.recorders().removed(session, changes.stream().filter(dropped).toList());
  }

  private void record(EveryonePlanner.EveryonePlan plan) {
    boolean wanted = run.topology().everyone();
    String made = wanted ? run.parts().everyone().made() : "";
    for (ServerDefinition veneer : run.topology().veneers()) {
      run.parts()
          .sessions()
          .with(
              veneer,
              session -> {
                EveryoneLedger ledger = new EveryoneLedger(session);
                if (wanted) {
                  ledger.record(plan.source(), made, plan.notes());
                } else {
                  ledger.forget();
                }
                return true;
              });
    }
  }
}
