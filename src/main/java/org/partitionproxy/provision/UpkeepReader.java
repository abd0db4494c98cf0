package org.partitionproxy.provision;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.partitionproxy.catalog.JobReader;
import org.partitionproxy.catalog.JobTallyReader;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.job.JobFigures;
import org.partitionproxy.replica.ReplicaStatus;
import org.partitionproxy.replica.ReplicaStatusReader;
import org.partitionproxy.rollup.Rollup;
import org.partitionproxy.rollup.RollupLook;
import org.partitionproxy.topology.RollupRules;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** Looks at jobs, rollups and replicas of servers that answered a moment ago. */
final class UpkeepReader {

  private final Parts parts;
  private final Topology topology;
  private final Instant since;
  private final Instant now;

  /**
   * @param since from when on runs of jobs are counted
   */
  UpkeepReader(Parts parts, Instant since, Instant now) {
    this.parts = parts;
    this.topology = parts.topology();
    this.since = since;
    this.now = now;
  }

  Upkeep read(Survey survey) {
    List<ServerDefinition> shards =
        topology.shards().stream().filter(shard -> survey.isStamped(shard.name())).toList();
    Map<ServerName, Upkeep> found = new ConcurrentHashMap<>();
    parts.workers().forEach(shards, shard -> found.put(shard.name(), look(shard)));
    List<JobFigures> jobs = new ArrayList<>();
    List<Rollup> rollups = new ArrayList<>();
    for (ServerDefinition shard : shards) {
      Upkeep one = found.getOrDefault(shard.name(), Upkeep.NONE);
      jobs.addAll(one.jobs());
      rollups.addAll(one.rollups());
    }
    return new Upkeep(jobs, rollups, replicas(survey));
  }

  /** Of one that is gone by now, nothing. */
  private Upkeep look(ServerDefinition shard) {
    try {
      return new Upkeep(jobs(shard), rollups(shard), List.of());
    } catch (SqlFailure e) {
      if (!e.isUnreachable()) {
        throw e;
      }
      return Upkeep.NONE;
    }
  }

  private List<JobFigures> jobs(ServerDefinition shard) {
    boolean none =
        topology.jobs().isEmpty()
            && topology.rollups().isEmpty()
            && topology.partitions().stream()
                .allMatch(rules -> rules.policy().schedule().isEmpty());
    if (none) {
      return List.of();
    }
    JobReader.Maintenance maintenance = work -> parts.sessions().lendMaintenance(shard, work);
    return JobFigures.of(
        topology,
        shard,
        parts
            .sessions()
            .with(shard, session -> new JobTallyReader().read(session, maintenance, since)),
        now);
  }

  private List<Rollup> rollups(ServerDefinition shard) {
    List<RollupRules> rules = topology.rollups();
    List<Tenant> tenants = topology.tenantsOf(shard.name());
    if (rules.isEmpty() || tenants.isEmpty()) {
      return List.of();
    }
    return parts
        .sessions()
        .with(
            shard,
            session -> {
              RollupLook look = new RollupLook(session, tenants);
              return look.isPossible()
                  ? rules.stream().flatMap(one -> look.read(one).stream()).toList()
                  : List.<Rollup>of();
            });
  }

  /** A shard knows of a replica that is away. */
  private List<ReplicaStatus> replicas(Survey survey) {
    ReplicaStatusReader reader = new ReplicaStatusReader(parts.sessions());
    return topology.replicas().stream()
        .filter(r -> survey.isStamped(r.shard()))
        .map(r -> reader.read(parts.replicas().replication(r)))
        .toList();
  }
}
