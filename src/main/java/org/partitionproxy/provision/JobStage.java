package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.topology.ServerDefinition;

/** Gives the shards their jobs, when all that these may need is there. */
final class JobStage {

  private final Run run;
  private final RunListener listener;

  JobStage(Run run, RunListener listener) {
    this.run = run;
    this.listener = listener;
  }

  /** Without, what the shards have of policies is of no interest here. */
  private boolean hasSchedules() {
    return run.topology().partitions().stream()
        .anyMatch(rules -> rules.policy().schedule().isPresent());
  }

  private Map<ServerDefinition, PolicyFindings> findings(List<ServerDefinition> shards) {
    return run.parts().partitions().findings(shards);
  }

  void run() {
    List<ServerDefinition> shards =
        run.topology().shards().stream().filter(run.result()::isUsable).toList();
    try {
      JobPlanner.JobPlan plan =
          run.parts().jobs().plan(shards, hasSchedules() ? findings(shards) : Map.of());
      List<String> notes = new ArrayList<>(plan.notes());
      notes.addAll(run.parts().rollups().of(shards, tenant -> true));
      run.result().noteOfJobs(notes);
      int count = shards.stream().mapToInt(shard -> plan.on(shard).size()).sum();
      if (count > 0) {
        run.record().begin();
        listener.stage(Stage.JOBS, count);
      }
      for (ServerDefinition shard : shards) {
        run.result().keep(run.applier().applyGlobal(shard, plan.on(shard), (session, done) -> {}));
      }
    } catch (SqlFailure e) {
      run.result().lose(e);
    }
  }
}
