package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.partitionproxy.apply.Failure;
import org.partitionproxy.apply.PlanApplier;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.plan.Action;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.replica.CatchUp;
import org.partitionproxy.replica.Replication;
import org.partitionproxy.replica.ReplicationSteps;
import org.partitionproxy.topology.ReplicaDefinition;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;

/** Brings replicas in step with what shards have by now. */
final class ReplicaStage {

  private final Run run;
  private final RunListener listener;

  ReplicaStage(Run run, RunListener listener) {
    this.run = run;
    this.listener = listener;
  }

  /** All of them. */
  void run() {
    run.parts().workers().forEach(run.topology().shards(), this::removeOrphans);
    run(run.topology().replicas());
    new ReadsStage(run, listener).run(run.topology().replicas());
  }

  /** Those of some shards, whose tables were changed. */
  void follow(Collection<ServerName> shards) {
    List<ReplicaDefinition> some =
        run.topology().replicas().stream().filter(r -> shards.contains(r.shard())).toList();
    run(some);
    if (some.stream().anyMatch(ReplicaDefinition::reads)) {
      new ReadsStage(run, listener).run(some);
    }
  }

  /** Two replicas of a shard in turn: both would make the role. */
  private void run(List<ReplicaDefinition> replicas) {
    Set<ServerName> shards =
        replicas.stream().map(ReplicaDefinition::shard).collect(Collectors.toSet());
    run.parts()
        .workers()
        .forEach(
            List.copyOf(shards),
            shard -> replicas.stream().filter(r -> r.shard().equals(shard)).forEach(this::bring));
  }

  private void removeOrphans(ServerDefinition shard) {
    try {
      if (run.result().isUsable(shard)) {
        List<Change> orphans = run.parts().replicas().orphans(shard);
        if (!orphans.isEmpty()) {
          run.record().begin();
          apply(shard, orphans);
        }
      }
    } catch (SqlFailure e) {
      run.result().lose(e);
    }
  }

  private void bring(ReplicaDefinition replica) {
    Replication replication = run.parts().replicas().replication(replica);
    if (!run.result().isUsable(replication.shard())
        || !run.result().isUsable(replication.replicaServer())) {
      return;
    }
    try {
      ReplicationSteps steps = run.parts().replicas().steps(replication, run.passwords());
      run.result().noteOfReplica(steps.notes());
      int count = steps.now().size() + steps.later().size();
      if (count == 0) {
        return;
      }
      run.record().begin();
      listener.stage(Stage.REPLICAS, count);
      if (apply(steps.now()) && !steps.later().isEmpty()) {
        if (CatchUp.reached(run.parts().sessions(), replication)) {
          apply(steps.later());
        } else {
          listener.note(
              replication.replicaServer().title()
                  + " has not caught up yet: what is gone on the shard stays there until the next"
                  + " `ppp initialize`");
        }
      }
    } catch (SqlFailure e) {
      run.result().lose(e);
    }
  }

  /** In their order, each run of steps of one server together. */
  private boolean apply(List<ReplicationSteps.Step> steps) {
    List<Change> together = new ArrayList<>();
    ServerDefinition at = null;
    for (ReplicationSteps.Step step : steps) {
      if (at != null && !at.name().equals(step.server().name())) {
        if (!apply(at, together)) {
          return false;
        }
        together = new ArrayList<>();
      }
      at = step.server();
      together.add(step.change());
    }
    return at == null || apply(at, together);
  }

  private boolean apply(ServerDefinition server, List<Change> changes) {
    PlanApplier.Recorder recorder =
        (session, done) -> {
          run.recorders()
              .global(
                  session, done.stream().filter(c -> c.action() != Action.DROP).toList(), false);
          run.recorders()
              .removed(session, done.stream().filter(c -> c.action() == Action.DROP).toList());
        };
    List<Failure> failed = run.applier().applyGlobal(server, changes, recorder);
    run.result().keep(failed);
    return failed.isEmpty();
  }
}
