package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.db.Workers;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.ObjectKind;
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
  private final ReadsPlanner reads;
  private final EndReader reader = new EndReader();

  ReplicaPlanner(
      Topology topology,
      VeneerRoute route,
      Sessions sessions,
      Workers workers,
      ReadsPlanner reads) {
    this.reads = reads;
    this.topology = topology;
    this.route = route;
    this.sessions = sessions;
    this.workers = workers;
  }

  /**
   * @param steps by replica, in the file's order
   * @param orphans of shards whose replica is not in the file any more
   * @param reads by veneer, what these are to show of replicas as these are now
   * @param notes what is left alone, or follows
   */
  record ReplicaPlan(
      Map<ServerName, ReplicationSteps> steps,
      Map<ServerName, List<Change>> orphans,
      Map<ServerName, ReadsPlanner.OfVeneer> reads,
      List<String> notes) {

    static final ReplicaPlan NONE = new ReplicaPlan(Map.of(), Map.of(), Map.of(), List.of());

    /** All changes of a server. */
    List<Change> on(ServerDefinition server) {
      List<Change> changes = new ArrayList<>(orphans.getOrDefault(server.name(), List.of()));
      for (ReplicationSteps one : steps.values()) {
        one.now().forEach(step -> add(step, server, changes));
        one.later().forEach(step -> add(step, server, changes));
      }
      ReadsPlanner.OfVeneer shown = reads.get(server.name());
      if (shown != null) {
        changes.addAll(shown.all());
      }
      return changes;
    }

    private static void add(
        ReplicationSteps.Step step, ServerDefinition server, List<Change> changes) {
      if (step.server().name().equals(server.name())) {
        changes.add(step.change());
      }
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
            .filter(replica -> survey.isStamped(replica.name()))
            .filter(replica -> survey.isStamped(replica.shard()))
            .toList();
    Map<ServerName, ReplicationSteps> found = new ConcurrentHashMap<>();
    workers.forEach(ready, r -> found.put(r.name(), steps(replication(r), Passwords.UNKNOWN)));
    Map<ServerName, ReplicationSteps> steps = new LinkedHashMap<>();
    ready.forEach(r -> steps.put(r.name(), found.get(r.name())));
    Map<ServerName, List<Change>> orphans = new ConcurrentHashMap<>();
    workers.forEach(
        topology.shards().stream().filter(s -> survey.isStamped(s.name())).toList(),
        shard -> orphans.put(shard.name(), orphans(shard)));
    Map<ServerName, ReadsPlanner.OfVeneer> shown = reads(survey);
    return new ReplicaPlan(steps, orphans, shown, notes(survey, steps, shown));
  }

  private List<String> notes(
      Survey survey,
      Map<ServerName, ReplicationSteps> steps,
      Map<ServerName, ReadsPlanner.OfVeneer> shown) {
    List<String> notes = new ArrayList<>(warnings(survey));
    steps.values().forEach(one -> notes.addAll(one.notes()));
    shown.values().forEach(one -> notes.addAll(one.notes()));
    topology.replicas().stream()
        .filter(ReplicaDefinition::reads)
        .filter(replica -> steps.containsKey(replica.name()))
        .filter(replica -> changesTables(Objects.requireNonNull(steps.get(replica.name()))))
        .map(r -> r.server().title() + ": what the veneer shows of it follows its tables")
        .forEach(notes::add);
    return notes.stream().distinct().toList();
  }

  private static boolean changesTables(ReplicationSteps steps) {
    return Stream.concat(steps.now().stream(), steps.later().stream())
        .anyMatch(step -> step.change().kind() == ObjectKind.TABLE);
  }

  private Map<ServerName, ReadsPlanner.OfVeneer> reads(Survey survey) {
    ReadsPlanner.Copies copies =
        reads.copies(topology.replicas().stream().filter(r -> survey.isStamped(r.name())).toList());
    Map<ServerName, ReadsPlanner.OfVeneer> shown = new LinkedHashMap<>();
    topology.veneers().stream()
        .filter(veneer -> survey.isStamped(veneer.name()))
        .forEach(veneer -> shown.put(veneer.name(), reads.plan(veneer, copies)));
    return shown;
  }

  /** Of shards that keep much for a replica, which may be away. */
  private List<String> warnings(Survey survey) {
    return topology.replicas().stream()
        .filter(replica -> survey.isStamped(replica.shard()))
        .flatMap(replica -> warning(replication(replica)).stream())
        .toList();
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

  ReplicationSteps steps(Replication replication, Passwords passwords) {
    return ReplicationSteps.of(
        replication,
        sessions.with(replication.shard(), session -> reader.shard(session, replication)),
        sessions.with(replication.replicaServer(), session -> reader.replica(session, replication)),
        passwords);
  }
}
