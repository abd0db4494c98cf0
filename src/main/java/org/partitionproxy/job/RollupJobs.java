package org.partitionproxy.job;

import java.util.List;
import java.util.stream.Stream;
import org.partitionproxy.ledger.RollupFunctions;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.RollupRules;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** Those that refresh rollups: one for all its tenants of a shard. */
public final class RollupJobs implements JobSource {

  private final Topology topology;

  public RollupJobs(Topology topology) {
    this.topology = topology;
  }

  @Override
  public List<ScheduledJob> on(ServerDefinition shard) {
    return topology.rollups().stream().flatMap(rules -> on(shard, rules)).toList();
  }

  private Stream<ScheduledJob> on(ServerDefinition shard, RollupRules rules) {
    List<Tenant> tenants =
        topology.tenantsOf(shard.name()).stream().filter(rules.selection()::has).toList();
    return tenants.isEmpty() ? Stream.empty() : Stream.of(job(shard, rules, tenants));
  }

  /** As the server's superuser, who becomes the view's owner to refresh it. */
  private static ScheduledJob job(ServerDefinition shard, RollupRules rules, List<Tenant> tenants) {
    return ScheduledJob.ofRollup(
        rules.view(),
        shard.database(),
        rules.schedule().text(),
        RollupFunctions.turn(rules, tenants).statement(),
        shard.user());
  }
}
