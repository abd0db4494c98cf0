package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.db.Workers;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.Passwords;
import org.partitionproxy.replica.EndReader;
import org.partitionproxy.replica.Removal;
import org.partitionproxy.replica.ReplicaStatusReader;
import org.partitionproxy.replica.Replication;
import org.partitionproxy.replica.ReplicationSteps;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ReplicaDefinition;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** Compares shards with their replicas, and both with shards.yaml. */
final class ReplicaPlanner {

  private final Topology topology;
  private final VeneerRoute route;
  private final Sessions sessions;
  private final Workers workers;
  private final EndReader reader = new EndReader();

  ReplicaPlanner(Topology topology, VeneerRoute route, Sessions sessions, Workers workers) {
    this.topology = topology;
    this.route = route;
    this.sessions = sessions;
    this.workers = workers;
  }

  /**
   * @param steps by replica, in the file's order
   * @param orphans of shards whose replica is not in the file any more
   * @param warnings of shards that keep much for a replica, which may be away
   */
  record ReplicaPlan(
      Map<ServerName, ReplicationSteps> steps,
      Map<ServerName, List<Change>> orphans,
      List<String> warnings) {

    static final ReplicaPlan NONE = new ReplicaPlan(Map.of(), Map.of(), List.of());

    /** All changes of a server. */
    List<Change> on(ServerDefinition server) {
      List<Change> changes = new ArrayList<>(orphans.getOrDefault(server.name(), List.of()));
      for (ReplicationSteps one : steps.values()) {
        one.now().forEach(step -> add(step, server, changes));
        one.later().forEach(step -> add(step, server, changes));
      }
      return changes;
    }

    private static void add(
        ReplicationSteps.Step step, ServerDefinition server, List<Change> changes) {
      if (step.server().name().equals(server.name())) {
        changes.add(step.change());
      }
    }

    List<String> notes() {
      return Stream.concat(
              warnings.stream(), steps.values().stream().flatMap(one -> one.notes().stream()))
          .toList();
    }
  }

  Replication replication(ReplicaDefinition replica) {
    ServerDefinition shard = topology.findServer(replica.shard().value()).orElseThrow();
    return Replication.of(topology, replica, route.address(shard), Tenant.HISTORY_TABLE);
  }

  /** Of the replicas whose two ends ppp has been to. */
  ReplicaPlan plan(Survey survey) {
    List<ReplicaDefinition> ready =
        topology.replicas().stream()
            .filter(replica -> isStamped(survey, replica.name()))
            .filter(replica -> isStamped(survey, replica.shard()))
            .toList();
    Map<ServerName, ReplicationSteps> found = new ConcurrentHashMap<>();
    workers.forEach(ready, r -> found.put(r.name(), steps(replication(r), Passwords.UNKNOWN)));
    Map<ServerName, ReplicationSteps> steps = new LinkedHashMap<>();
    ready.forEach(r -> steps.put(r.name(), found.get(r.name())));
    Map<ServerName, List<Change>> orphans = new ConcurrentHashMap<>();
    workers.forEach(
        topology.shards().stream().filter(s -> isStamped(survey, s.name())).toList(),
        shard -> orphans.put(shard.name(), orphans(shard)));
    List<String> warnings =
        topology.replicas().stream()
            .filter(replica -> isStamped(survey, replica.shard()))
            .flatMap(replica -> warning(replication(replica)).stream())
            .toList();
    return new ReplicaPlan(steps, orphans, warnings);
  }

  private Optional<String> warning(Replication replication) {
    return sessions
        .with(replication.shard(), session -> ReplicaStatusReader.slot(session, replication))
        .flatMap(
            slot ->
                slot.filling(
                    replication.shard().name().value(), replication.replica().name().value()));
  }

  /** What a shard keeps for replicas that are not in the file any more. */
  List<Change> orphans(ServerDefinition shard) {
    List<Identifier> kept =
        topology.replicasOf(shard.name()).stream().map(r -> replication(r).name()).toList();
    return sessions.with(shard, session -> Removal.of(session, kept));
  }

  /** All that ppp made of replications on a server. */
  List<Change> removal(ServerDefinition server) {
    return sessions.with(server, session -> Removal.of(session, List.of()));
  }

  private static boolean isStamped(Survey survey, ServerName server) {
    ServerSnapshot snapshot = survey.snapshots().get(server);
    return snapshot != null && snapshot.stamp().isPresent();
  }

  ReplicationSteps steps(Replication replication, Passwords passwords) {
    return ReplicationSteps.of(
        replication,
        sessions.with(replication.shard(), session -> reader.shard(session, replication)),
        sessions.with(replication.replicaServer(), session -> reader.replica(session, replication)),
        passwords);
  }
}
