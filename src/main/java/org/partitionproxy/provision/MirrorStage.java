package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.function.Supplier;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.topology.Tenant;

/** The last stage: the tenants' mirrors, and what shows all of them at once. */
final class MirrorStage {

  private final Run run;
  private final RunListener listener;

  MirrorStage(Run run, RunListener listener) {
    this.run = run;
    this.listener = listener;
  }

  /**
   * @param seen the servers as they are now
   */
  void run(Survey seen, Collection<Tenant> tenants) {
    int before = run.result().committed();
    mirrors(seen, tenants);
    Supplier<Survey> look = () -> run.result().committed() == before ? seen : run.look();
    if (new EveryoneRunner(run).run(look)) {
      mirrors(run.look(), tenants);
    }
  }

  private void mirrors(Survey seen, Collection<Tenant> tenants) {
    List<Tenant> drifted = new ArrayList<>(run.parts().mirrors().drifted(seen));
    drifted.retainAll(new HashSet<>(tenants));
    if (!drifted.isEmpty()) {
      listener.stage(Stage.MIRROR, drifted.size());
      new MirrorRunner(run).run(seen, drifted);
    }
  }
}
