package org.partitionproxy.job;

import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.PartitionRules;
import org.partitionproxy.topology.PartitionSchedule;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/** Those that make partitions ahead: one for all tables of a name on a shard. */
public final class PartitionJobs implements JobSource {

  private final Topology topology;
  private final BiPredicate<ServerDefinition, Identifier> needed;

  /**
   * @param needed whether a shard has tables of that name to make partitions of
   */
  public PartitionJobs(Topology topology, BiPredicate<ServerDefinition, Identifier> needed) {
    this.topology = topology;
    this.needed = needed;
  }

  @Override
  public List<ScheduledJob> on(ServerDefinition shard) {
    return topology.partitions().stream()
        .filter(rules -> rules.policy().schedule().isPresent())
        .filter(rules -> needed.test(shard, rules.table()))
        .map(rules -> job(shard, rules))
        .toList();
  }

  /** As the server's superuser, who may make partitions of everybody's tables. */
  private static ScheduledJob job(ServerDefinition shard, PartitionRules rules) {
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
