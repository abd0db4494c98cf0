package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.ledger.Placement;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.Plan;
import org.partitionproxy.plan.Removals;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.topology.Topology;

/**
 * Plans what a teardown drops: on the veneer what ppp made there, on the shards only what is asked
 * for, and never what the ledger does not know as ppp's own.
 */
final class TeardownPlanner {

  private static final Identifier POSTGRES_FDW = Identifier.of("postgres_fdw");

  private final Topology topology;
  private final Sessions sessions;

  TeardownPlanner(Topology topology, Sessions sessions) {
    this.topology = topology;
    this.sessions = sessions;
  }

  Plan plan(Survey survey, TeardownRequest request) {
    List<Tenant> tenants = tenants(survey, request);
    List<String> notes = new ArrayList<>();
    List<Plan.ServerPlan> servers = new ArrayList<>();
    Map<ServerSnapshot, Remains> all = new LinkedHashMap<>();
    survey.snapshots().values().stream()
        .filter(snapshot -> snapshot.stamp().isPresent())
        .forEach(snapshot -> all.put(snapshot, remains(snapshot, tenants)));
    for (ServerSnapshot snapshot : all.keySet()) {
      Remains remains = remains(snapshot, all);
      List<Change> changes =
          snapshot.server().isVeneer()
              ? veneer(snapshot, remains, tenants, request)
              : shard(snapshot, remains, tenants, request, notes);
      servers.add(new Plan.ServerPlan(snapshot.server().name().value(), changes));
    }
    List<Diagnostic> refusals =
        survey.refusals().stream().filter(d -> d.code() == Code.ANOTHER_SERVER).toList();
    return new Plan(servers, List.of(), notes, refusals, survey.unreachableServers());
  }

  /** Those named, or all: of shards.yaml and of the veneer's ledger. */
  private List<Tenant> tenants(Survey survey, TeardownRequest request) {
    Map<String, Tenant> known = new LinkedHashMap<>();
    survey
        .find(topology.veneer())
        .ifPresent(v -> v.placements().values().forEach(p -> known.put(p.tenant(), tenant(p))));
    topology.tenants().forEach(t -> known.putIfAbsent(t.name().value(), t));
    if (request.all()) {
      return new ArrayList<>(known.values());
    }
    List<Tenant> named = new ArrayList<>();
    for (String name : request.tenants()) {
      Tenant tenant = known.get(name);
      if (tenant == null) {
        throw new PppException(
            Diagnostic.error(
                Code.UNKNOWN_TARGET,
                "there is no tenant \"" + name + "\"",
                "Neither shards.yaml nor the veneer's ledger knows it. Known are "
                    + String.join(", ", known.keySet())
                    + "."));
      }
      named.add(tenant);
    }
    return named;
  }

  private static Tenant tenant(Placement placement) {
    return new Tenant(
        new TenantName(placement.tenant()), placement.schema(), new ServerName(placement.shard()));
  }

  private Remains remains(ServerSnapshot snapshot, List<Tenant> tenants) {
    TreeSet<Identifier> schemas = new TreeSet<>(tenants.stream().map(Tenant::schema).toList());
    return sessions.with(snapshot.server(), session -> Remains.read(session, schemas));
  }

  /** Roles are of a whole PostgreSQL server: any ledger on it may know them. */
  private static Remains remains(ServerSnapshot snapshot, Map<ServerSnapshot, Remains> all) {
    Remains remains = all.getOrDefault(snapshot, Remains.NONE);
    for (Map.Entry<ServerSnapshot, Remains> other : all.entrySet()) {
      if (Clusters.same(other.getKey().server(), snapshot.server())) {
        remains = remains.withRolesOf(other.getValue());
      }
    }
    return remains;
  }

  private List<Change> veneer(
      ServerSnapshot veneer, Remains remains, List<Tenant> tenants, TeardownRequest request) {
    List<Change> changes = new ArrayList<>();
    for (Tenant tenant : tenants) {
      if (remains.has(ObjectKind.SCHEMA, tenant.schema())) {
        changes.add(Removals.mirror(tenant.schema(), remains.tablesOf(tenant.schema())));
      }
      mapping(remains, tenant.role(), tenant.shard().value(), Optional.of(tenant.schema()))
          .ifPresent(changes::add);
      role(
              remains,
              veneer,
              tenant.role(),
              Optional.of(tenant.schema()),
              isFreeOf(veneer.server(), tenant))
          .ifPresent(changes::add);
    }
    if (request.all()) {
      for (String server :
          remains.made().getOrDefault(ObjectKind.FOREIGN_SERVER, new TreeSet<>())) {
        mapping(remains, topology.adminRole(), server, Optional.empty()).ifPresent(changes::add);
        mapping(remains, topology.appRole(), server, Optional.empty()).ifPresent(changes::add);
        changes.add(Removals.server(Identifier.of(server), topology.adminRole()));
      }
      if (remains.has(ObjectKind.EXTENSION, POSTGRES_FDW)) {
        changes.add(Removals.extension(POSTGRES_FDW));
      }
      changes.addAll(rest(veneer, remains, request));
    }
    return changes;
  }

  private List<Change> shard(
      ServerSnapshot shard,
      Remains remains,
      List<Tenant> tenants,
      TeardownRequest request,
      List<String> notes) {
    List<Change> changes = new ArrayList<>();
    if (!request.dropData()) {
      return changes;
    }
    for (Tenant tenant : tenants) {
      if (!tenant.shard().equals(shard.server().name())) {
        continue;
      }
      if (remains.has(ObjectKind.SCHEMA, tenant.schema())) {
        changes.add(Removals.data(tenant.schema()));
        role(remains, shard, tenant.role(), Optional.of(tenant.schema()), true)
            .ifPresent(changes::add);
      } else {
        notes.add(
            "schema \""
                + tenant.schema()
                + "\" on "
                + shard.server().name()
                + " was not made by ppp and is left alone");
      }
    }
    if (request.all()) {
      changes.addAll(rest(shard, remains, request));
    }
    return changes;
  }

  /** The shared roles, the ledger, and the database where it is ppp's own and may go. */
  private List<Change> rest(ServerSnapshot snapshot, Remains remains, TeardownRequest request) {
    List<Change> changes = new ArrayList<>();
    Identifier database = snapshot.server().database();
    if (snapshot.databaseIsOurs()) {
      changes.add(Removals.disown(database));
    }
    boolean last = isLastOfItsCluster(snapshot, request);
    role(remains, snapshot, topology.appRole(), Optional.empty(), last).ifPresent(changes::add);
    role(remains, snapshot, topology.adminRole(), Optional.empty(), last).ifPresent(changes::add);
    boolean drop = snapshot.databaseIsOurs() && request.dropData() && !request.keepDatabases();
    changes.add(drop ? Removals.database(database) : Removals.ledger(Ledger.SCHEMA));
    return changes;
  }

  /** Whether no other database of the same PostgreSQL server still needs the shared roles. */
  private boolean isLastOfItsCluster(ServerSnapshot snapshot, TeardownRequest request) {
    List<ServerDefinition> cluster =
        topology.servers().stream().filter(s -> Clusters.same(s, snapshot.server())).toList();
    return cluster.size() == 1
        || (request.dropData() && cluster.get(cluster.size() - 1).equals(snapshot.server()));
  }

  /** Whether no shard of the same PostgreSQL server still needs the tenant's role. */
  private boolean isFreeOf(ServerDefinition veneer, Tenant tenant) {
    return topology
        .findServer(tenant.shard().value())
        .map(shard -> !Clusters.same(veneer, shard))
        .orElse(true);
  }

  private static Optional<Change> mapping(
      Remains remains, Identifier role, String server, Optional<Identifier> schema) {
    boolean made =
        remains
            .made()
            .getOrDefault(ObjectKind.USER_MAPPING, new TreeSet<>())
            .contains(role + "@" + server);
    return made
        ? Optional.of(Removals.mapping(role, Identifier.of(server), schema))
        : Optional.empty();
  }

  /**
   * @param free whether the role can go; otherwise only its right to connect does
   */
  private static Optional<Change> role(
      Remains remains,
      ServerSnapshot snapshot,
      Identifier role,
      Optional<Identifier> schema,
      boolean free) {
    if (!remains.has(ObjectKind.ROLE, role) || !snapshot.state().roles().containsKey(role)) {
      return Optional.empty();
    }
    Identifier database = snapshot.server().database();
    return Optional.of(
        free ? Removals.role(role, database, schema) : Removals.access(role, database, schema));
  }
}
