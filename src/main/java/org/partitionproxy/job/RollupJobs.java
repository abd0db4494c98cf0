package org.partitionproxy.job;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.ledger.RollupFunctions;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.RollupRules;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/** Those that refresh rollups: one for all tenants of a shard. */
public final class RollupJobs implements JobSource {

  private final Topology topology;

  public RollupJobs(Topology topology) {
    this.topology = topology;
  }

  @Override
  public List<ScheduledJob> on(ServerDefinition shard) {
    return topology.tenantsOf(shard.name()).isEmpty()
        ? List.of()
        : topology.rollups().stream().map(rules -> job(shard, rules)).toList();
  }

  /** As the server's superuser, who becomes the view's owner to refresh it. */
  private static ScheduledJob job(ServerDefinition shard, RollupRules rules) {
    return new ScheduledJob(
        "ppp rollup " + rules.view() + " in " + shard.database(),
        "rollup:" + rules.view(),
        Optional.empty(),
        rules.schedule().text(),
        RollupFunctions.turn(rules).statement().text(),
        shard.user(),
        Optional.empty());
  }
}
