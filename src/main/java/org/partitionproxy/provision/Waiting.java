package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.List;
import org.partitionproxy.migrate.MigrationFolder;
import org.partitionproxy.plan.Plan;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.topology.ReplicaDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** What can't be planned yet, as it comes from what has to be made first. */
final class Waiting {

  private final Topology topology;
  private final MigrationFolder migrations;

  Waiting(Topology topology, MigrationFolder migrations) {
    this.topology = topology;
    this.migrations = migrations;
  }

  /** Whether a tenant's tables are not all there. */
  static boolean isMissing(Survey survey, Tenant tenant) {
    return !survey.hasSchema(tenant.shard(), tenant.schema()) || survey.isBehind(tenant);
  }

  /** The mirrors that wait for their tenants' tables. */
  List<Plan.Deferred> of(Survey survey) {
    List<String> waiting =
        topology.tenants().stream()
            .filter(t -> survey.snapshots().containsKey(t.shard()))
            .filter(t -> isWaiting(survey, t))
            .map(t -> "\"" + t.name() + "\"")
            .toList();
    Stage until = topology.migrations().isPresent() ? Stage.MIGRATIONS : Stage.SCHEMAS;
    List<Plan.Deferred> deferred = new ArrayList<>();
    if (!topology.partitions().isEmpty()
        && topology.tenants().stream().anyMatch(t -> isMissing(survey, t))) {
      deferred.add(new Plan.Deferred(Stage.PARTITIONS, "partition policies", until));
    }
    if (!topology.jobs().isEmpty()
        && topology.shards().stream().anyMatch(shard -> !survey.isStamped(shard.name()))) {
      deferred.add(new Plan.Deferred(Stage.JOBS, "jobs", Stage.SERVERS));
    }
    if (topology.everyone() && topology.tenants().stream().anyMatch(t -> isMissing(survey, t))) {
      deferred.add(new Plan.Deferred(Stage.MIRROR, "tables of schema everyone", until));
    }
    topology.replicas().stream()
        .filter(r -> isWaiting(survey, r))
        .forEach(
            r ->
                deferred.add(
                    new Plan.Deferred(Stage.REPLICAS, "tables of " + r.server().title(), until)));
    if (waiting.isEmpty()) {
      return deferred;
    }
    String names = String.join(", ", waiting.subList(0, Math.min(5, waiting.size())));
    String more = waiting.size() > 5 ? " and " + (waiting.size() - 5) + " more" : "";
    deferred.add(0, new Plan.Deferred(Stage.MIRROR, "foreign tables of " + names + more, until));
    return deferred;
  }

  /** For its own server, or for tables on the shard. */
  private boolean isWaiting(Survey survey, ReplicaDefinition replica) {
    return survey.find(replica.server()).filter(s -> s.stamp().isEmpty()).isPresent()
        || topology.tenantsOf(replica.shard()).stream()
            .anyMatch(t -> survey.snapshots().containsKey(t.shard()) && isMissing(survey, t));
  }

  private boolean isWaiting(Survey survey, Tenant tenant) {
    boolean there = survey.hasSchema(tenant.shard(), tenant.schema());
    boolean migrates = topology.migrations().isPresent() && !migrations.files().isEmpty();
    return there ? survey.isBehind(tenant) : migrates;
  }
}
