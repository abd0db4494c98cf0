package org.partitionproxy.provision;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.topology.ReplicaDefinition;
import org.partitionproxy.topology.ServerDefinition;

/** Brings what the veneers show of replicas in step with what these have by now. */
final class ReadsStage {

  private final Run run;
  private final RunListener listener;

  ReadsStage(Run run, RunListener listener) {
    this.run = run;
    this.listener = listener;
  }

  /**
   * @param replicas whose tables may have changed; of the others all stays as it is
   */
  void run(Collection<ReplicaDefinition> replicas) {
    try {
      ReadsPlanner.Copies copies =
          run.parts()
              .reads()
              .copies(
                  replicas.stream()
                      .filter(replica -> run.result().isUsable(replica.server()))
                      .filter(replica -> hasLedger(replica.server()))
                      .toList());
      run.topology().veneers().forEach(veneer -> bring(veneer, copies));
    } catch (SqlFailure e) {
      run.result().lose(e);
    }
  }

  private void bring(ServerDefinition veneer, ReadsPlanner.Copies copies) {
    if (!run.result().isUsable(veneer) || !hasLedger(veneer)) {
      return;
    }
    try {
      ReadsPlanner.OfVeneer plan = run.parts().reads().plan(veneer, copies);
      run.result().noteOfReplica(plan.notes());
      if (plan.all().isEmpty()) {
        return;
      }
      run.record().begin();
      listener.stage(Stage.REPLICAS, plan.all().size());
      run.bringExtensions(veneer, plan::extensions);
      Map<ServerDefinition, List<Change>> changes = new LinkedHashMap<>();
      changes.put(veneer, plan.changes());
      run.result().keep(run.applier().applyTenants(changes, (session, done) -> {}));
      run.result()
          .keep(run.applier().applyGlobal(veneer, plan.removal(), run.recorders()::removed));
    } catch (SqlFailure e) {
      run.result().lose(e);
    }
  }

  private boolean hasLedger(ServerDefinition server) {
    return run.parts().sessions().with(server, session -> new Ledger(session).stamp().isPresent());
  }
}
