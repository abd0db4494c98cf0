package org.partitionproxy.job;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.JobRules;
import org.partitionproxy.topology.JobScope;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** Those of {@code jobs:}. */
public final class DeclaredJobs implements JobSource {

  private final Topology topology;

  public DeclaredJobs(Topology topology) {
    this.topology = topology;
  }

  @Override
  public List<ScheduledJob> on(ServerDefinition shard) {
    return topology.jobs().stream().flatMap(rules -> of(rules, shard)).toList();
  }

  private Stream<ScheduledJob> of(JobRules rules, ServerDefinition shard) {
    String place = " in " + shard.database();
    if (rules.on() == JobScope.TENANTS) {
      return topology.tenantsOf(shard.name()).stream()
          .filter(rules.selection()::has)
          .map(tenant -> of(rules, tenant, place));
    }
    return rules.selection().has(shard.name())
        ? Stream.of(
            new ScheduledJob(
                rules.name() + place,
                rules.name(),
                Optional.empty(),
                rules.schedule().text(),
                rules.sql(),
                topology.adminRole(),
                rules.timeout()))
        : Stream.empty();
  }

  private static ScheduledJob of(JobRules rules, Tenant tenant, String place) {
    return new ScheduledJob(
        rules.name() + " of " + tenant.schema() + place,
        rules.name(),
        Optional.of(tenant.schema()),
        rules.schedule().text(),
        rules.sql(),
        tenant.role(),
        rules.timeout());
  }
}
