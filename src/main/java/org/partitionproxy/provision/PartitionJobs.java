package org.partitionproxy.provision;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.job.JobSource;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.PartitionRules;
import org.partitionproxy.topology.PartitionSchedule;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/** Those that make partitions ahead: one for all tables of a name on a shard. */
final class PartitionJobs implements JobSource {

  private final Topology topology;
  private final Map<ServerDefinition, PolicyFindings> findings;

  /**
   * @param findings what the shards' policies can be applied to
   */
  PartitionJobs(Topology topology, Map<ServerDefinition, PolicyFindings> findings) {
    this.topology = topology;
    this.findings = findings;
  }

  @Override
  public List<ScheduledJob> on(ServerDefinition shard) {
    return topology.partitions().stream()
        .filter(rules -> rules.policy().schedule().isPresent())
        .filter(rules -> isNeeded(shard, rules.table()))
        .map(rules -> job(shard, rules))
        .toList();
  }

  private boolean isNeeded(ServerDefinition shard, Identifier table) {
    PolicyFindings found = findings.get(shard);
    return found != null
        && found.wanted().stream().anyMatch(rule -> rule.table().name().equals(table));
  }

  /** As the server's superuser, who may make partitions of everybody's tables. */
  static ScheduledJob job(ServerDefinition shard, PartitionRules rules) {
    PartitionSchedule schedule = rules.policy().schedule().orElseThrow();
    String name = "partitions:" + rules.table();
    return new ScheduledJob(
        schedule.job().orElse("ppp partitions of " + rules.table() + " in " + shard.database()),
        name,
        Optional.empty(),
        schedule.when(),
        ScheduledJob.making(rules.table()),
        shard.user(),
        Optional.empty());
  }
}
