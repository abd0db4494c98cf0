package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.catalog.ShardTriggerReader;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.ledger.PartitionFramework;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.Plan;
import org.partitionproxy.plan.Removals;
import org.partitionproxy.plan.ShardTriggerChanges;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/**
 * Plans what a teardown drops: on the veneer what ppp made there, on the shards only what is asked
 * for, and never what the ledgers do not know as ppp's own.
 */
final class TeardownPlanner {

  private final Topology topology;
  private final Sessions sessions;
  private final JobPlanner jobs;
  private final EveryonePlanner everyone;
  private final ReplicaPlanner replicas;
  private final ReadsPlanner reads;

  TeardownPlanner(Parts parts) {
    this(
        parts.topology(),
        parts.sessions(),
        parts.everyone(),
        parts.jobs(),
        parts.replicas(),
        parts.reads());
  }

  private TeardownPlanner(
      Topology topology,
      Sessions sessions,
      EveryonePlanner everyone,
      JobPlanner jobs,
      ReplicaPlanner replicas,
      ReadsPlanner reads) {
    this.reads = reads;
    this.replicas = replicas;
    this.jobs = jobs;
    this.topology = topology;
    this.sessions = sessions;
    this.everyone = everyone;
  }

  Plan plan(Survey survey, TeardownRequest request) {
    TeardownTenants tenants = TeardownTenants.of(topology, survey, request);
    Map<ServerName, ServerSnapshot> snapshots = new LinkedHashMap<>(survey.snapshots());
    snapshots.values().removeIf(snapshot -> snapshot.stamp().isEmpty());
    Map<ServerName, Remains> remains = new LinkedHashMap<>();
    snapshots.forEach((name, snapshot) -> remains.put(name, remains(snapshot, tenants)));
    TeardownScene scene =
        new TeardownScene(topology, request, tenants, snapshots, remains, new ArrayList<>());
    List<Plan.ServerPlan> servers = new ArrayList<>();
    for (ServerSnapshot snapshot : survey.snapshots().values()) {
      List<Change> changes = changes(scene, snapshot);
      if (snapshot.stamp().isPresent() || !changes.isEmpty()) {
        servers.add(new Plan.ServerPlan(snapshot.server().name().value(), changes));
      }
    }
    for (Tenant tenant : tenants.waiting()) {
      scene.notes().add("tenant \"" + tenant.name() + "\" waits for shard " + tenant.shard());
    }
    List<Diagnostic> refusals =
        survey.refusals().stream().filter(d -> d.code() == Code.ANOTHER_SERVER).toList();
    return new Plan(servers, List.of(), scene.notes(), refusals, survey.unreachableServers());
  }

  private List<Change> changes(TeardownScene scene, ServerSnapshot snapshot) {
    if (snapshot.stamp().isEmpty()) {
      return emptied(scene.request(), snapshot);
    }
    if (snapshot.server().isVeneer()) {
      return veneer(scene, snapshot);
    }
    List<Change> changes = new ArrayList<>();
    if (scene.request().all()) {
      changes.addAll(replicas.removal(snapshot.server()));
    }
    changes.addAll(shard(scene, snapshot));
    return changes;
  }

  /** A database of ppp's own that an earlier teardown, or a first run that was killed, left. */
  private static List<Change> emptied(TeardownRequest request, ServerSnapshot snapshot) {
    boolean ours = snapshot.state().database().isPresent() && snapshot.databaseIsOurs();
    return ours && request.all() && request.dropData() && !request.keepDatabases()
        ? List.of(Removals.database(snapshot.server().database()))
        : List.of();
  }

  private Remains remains(ServerSnapshot snapshot, TeardownTenants tenants) {
    TreeSet<Identifier> schemas =
        new TreeSet<>(tenants.chosen().stream().map(Tenant::schema).toList());
    return sessions.with(snapshot.server(), session -> Remains.read(session, schemas));
  }

  private List<Change> veneer(TeardownScene scene, ServerSnapshot veneer) {
    Remains remains = scene.remains(veneer);
    List<Change> changes =
        new ArrayList<>(reads.removal(veneer.server(), scene.tenants().chosen()));
    for (Tenant tenant : scene.tenants().chosen()) {
      Identifier schema = tenant.schema();
      if (scene.keeps(veneer, tenant)) {
        if (!remains.tablesOf(schema).isEmpty() || !remains.typesOf(schema).isEmpty()) {
          changes.add(Removals.tables(schema, remains.tablesOf(schema), remains.typesOf(schema)));
        }
        scene.noteKept(veneer, tenant);
      } else if (remains.has(ObjectKind.SCHEMA, schema)) {
        changes.add(Removals.mirror(schema, remains.tablesOf(schema), remains.typesOf(schema)));
      }
      for (String server : remains.names(ObjectKind.FOREIGN_SERVER)) {
        mapping(remains, tenant.role(), server, Optional.of(schema)).ifPresent(changes::add);
      }
      new TeardownRoles(scene).ofTenant(veneer, tenant).ifPresent(changes::add);
    }
    if (scene.request().all() && scene.tenants().waiting().isEmpty()) {
      changes.addAll(everyone.removal(veneer.server()));
      changes.addAll(wires(remains));
      new TeardownRoles(scene).mirrorOwner(veneer).ifPresent(changes::add);
      changes.addAll(rest(scene, veneer));
    }
    return changes;
  }

  private List<Change> wires(Remains remains) {
    List<Change> changes = new ArrayList<>();
    for (String server : remains.names(ObjectKind.FOREIGN_SERVER)) {
      for (Identifier role :
          List.of(
              topology.mirrorRole(),
              topology.adminRole(),
              topology.appRole(),
              topology.readerRole())) {
        mapping(remains, role, server, Optional.empty()).ifPresent(changes::add);
      }
      changes.add(Removals.server(Identifier.of(server)));
    }
    for (String extension : remains.names(ObjectKind.EXTENSION)) {
      changes.add(Removals.extension(Identifier.of(extension)));
    }
    return changes;
  }

  private List<Change> shard(TeardownScene scene, ServerSnapshot shard) {
    List<Tenant> here =
        scene.tenants().chosen().stream().filter(tenant -> scene.has(shard, tenant)).toList();
    boolean dropData = scene.request().dropData();
    List<Change> changes =
        new ArrayList<>(
            numbers(
                shard.server(),
                here.stream().filter(t -> !dropData || scene.keeps(shard, t)).toList()));
    if (!dropData) {
      return changes;
    }
    Remains remains = scene.remains(shard);
    if (!scene.request().all() && shard.stamp().isPresent()) {
      changes.addAll(jobs.removal(shard.server(), here));
    }
    for (Tenant tenant : here) {
      if (scene.keeps(shard, tenant)) {
        scene.noteKept(shard, tenant);
      } else if (remains.has(ObjectKind.SCHEMA, tenant.schema())) {
        changes.add(Removals.data(tenant.schema()));
      }
      new TeardownRoles(scene).ofTenant(shard, tenant).ifPresent(changes::add);
    }
    if (scene.request().all()) {
      changes.addAll(everyone.removal(shard.server()));
      if (shard.stamp().isPresent()) {
        changes.addAll(jobs.removal(shard.server()));
      }
      changes.addAll(rest(scene, shard));
    }
    return changes;
  }

  /** Schema {@code partmanteau}: stays where other schemas than the tenants' have partitions. */
  private Optional<Change> framework(TeardownScene scene, ServerSnapshot shard) {
    List<Identifier> going =
        scene.tenants().chosen().stream()
            .filter(t -> scene.has(shard, t) && !scene.keeps(shard, t))
            .map(Tenant::schema)
            .toList();
    return sessions.with(
        shard.server(),
        session -> {
          if (!PartitionFramework.find(session).map(PartitionFramework::isOurs).orElse(false)) {
            return Optional.empty();
          }
          List<String> tables = PartitionFramework.tables(session, going);
          if (tables.isEmpty()) {
            return Optional.of(Removals.framework(PartitionFramework.SCHEMA));
          }
          scene
              .notes()
              .add(
                  "schema \"partmanteau\" on "
                      + shard.server().name()
                      + " is left alone, since it knows the partitions of "
                      + String.join(", ", tables));
          return Optional.empty();
        });
  }

  /** Without a mirror nothing sends rows without numbers: the tables that stay are as before. */
  private List<Change> numbers(ServerDefinition shard, List<Tenant> tenants) {
    TreeSet<Identifier> schemas = new TreeSet<>(tenants.stream().map(Tenant::schema).toList());
    return schemas.isEmpty()
        ? List.of()
        : sessions.with(
            shard,
            session ->
                ShardTriggerChanges.diff(
                    new ShardTriggerReader().read(session, schemas), new TreeMap<>()));
  }

  /** The roles of all tenants, the ledger, and the database where it is ppp's own and may go. */
  private List<Change> rest(TeardownScene scene, ServerSnapshot snapshot) {
    List<Change> changes = new ArrayList<>();
    Identifier database = snapshot.server().database();
    boolean ours = snapshot.databaseIsOurs();
    boolean keeps = scene.keepsAny(snapshot);
    if (ours && !keeps) {
      changes.add(Removals.disown(database));
    }
    changes.addAll(new TeardownRoles(scene).ofAllTenants(snapshot));
    boolean drop = ours && !keeps && scene.request().dropData() && !scene.request().keepDatabases();
    if (!drop && !snapshot.server().isVeneer()) {
      framework(scene, snapshot).ifPresent(changes::add);
    }
    changes.add(drop ? Removals.database(database) : Removals.ledger(Ledger.SCHEMA));
    return changes;
  }

  private static Optional<Change> mapping(
      Remains remains, Identifier role, String server, Optional<Identifier> schema) {
    return remains.names(ObjectKind.USER_MAPPING).contains(role + "@" + server)
        ? Optional.of(Removals.mapping(role, Identifier.of(server), schema))
        : Optional.empty();
  }
}
