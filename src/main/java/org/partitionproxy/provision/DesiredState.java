package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.partitionproxy.catalog.Scope;
import org.partitionproxy.mirror.Everyone;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.Database;
import org.partitionproxy.state.ForeignServer;
import org.partitionproxy.state.Role;
import org.partitionproxy.state.RoleLimits;
import org.partitionproxy.state.Schema;
import org.partitionproxy.state.ServerState;
import org.partitionproxy.state.UserMapping;
import org.partitionproxy.topology.JoinChoice;
import org.partitionproxy.topology.Limits;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/**
 * What shards.yaml means for each server, in the vocabulary of the catalogs. Foreign tables are not
 * in it: they follow from the shards' tables.
 */
final class DesiredState {

  private static final Identifier POSTGRES_FDW = Identifier.of("postgres_fdw");
  private static final List<String> ROWS = List.of("SELECT", "INSERT", "UPDATE", "DELETE");
  private static final List<String> SEQUENCES = List.of("USAGE", "SELECT", "UPDATE");

  private final Topology topology;
  private final Wires wires;

  DesiredState(Topology topology, VeneerRoute route) {
    this.topology = topology;
    this.wires = new Wires(topology, route);
  }

  /** The tenants whose schemas a server has: its own, or all of them on the veneer. */
  List<Tenant> tenants(ServerDefinition server) {
    return topology.tenantsOn(server);
  }

  /**
   * The tenants whose roles a server has. Roles belong to the whole PostgreSQL server, so several
   * shards that are databases of one server share them.
   */
  private List<Tenant> tenantsOfCluster(ServerDefinition server) {
    List<ServerDefinition> cluster =
        topology.servers().stream().filter(s -> Clusters.same(s, server)).toList();
    return topology.tenants().stream()
        .filter(t -> cluster.stream().anyMatch(s -> topology.has(s, t)))
        .toList();
  }

  /** What of a server has to be read to compare it. */
  Scope scope(ServerDefinition server) {
    TreeSet<Identifier> roles = new TreeSet<>();
    tenantsOfCluster(server).forEach(t -> roles.add(t.role()));
    roles.add(topology.adminRole());
    roles.add(topology.appRole());
    roles.addAll(reader(server));
    if (server.isVeneer()) {
      roles.add(topology.mirrorRole());
    }
    TreeSet<Identifier> schemas = new TreeSet<>();
    topology.tenants().forEach(t -> schemas.add(t.schema()));
    if (server.isVeneer()) {
      schemas.addAll(reads());
    }
    return new Scope(server.database(), roles, schemas);
  }

  /** The same for tenants' mirrors, which are not the reader's way to the tenants' tables. */
  Scope mirrorScope(ServerDefinition server) {
    Scope scope = scope(server);
    TreeSet<Identifier> roles = new TreeSet<>(scope.roles());
    roles.removeAll(reader());
    return new Scope(scope.database(), roles, scope.schemas());
  }

  /** The roles whose rights on the veneer's foreign tables follow the shards'. */
  SortedSet<Identifier> ruledOnMirrors() {
    return mirrorScope(topology.veneer()).roles();
  }

  /** The same on one server: what everyone has is not shown from replicas. */
  private List<Identifier> reader(ServerDefinition server) {
    return wires.reader(server);
  }

  /** The role that may read everyone's tables, if that is wanted. */
  private List<Identifier> reader() {
    return topology.everyone() ? List.of(topology.readerRole()) : List.of();
  }

  /** The names of all roles that ppp makes on any server and that log in. */
  Collection<Identifier> roles() {
    TreeSet<Identifier> roles = new TreeSet<>();
    topology.tenants().forEach(t -> roles.add(t.role()));
    roles.add(topology.adminRole());
    roles.add(topology.appRole());
    roles.addAll(reader());
    return roles;
  }

  /**
   * What the server should be.
   *
   * @param is what it is: a database that ppp did not make keeps its owner and what others may do
   */
  ServerState of(ServerSnapshot is) {
    ServerDefinition server = is.server();
    List<Tenant> tenants = tenants(server);
    boolean veneer = server.isVeneer();
    return new ServerState(
        Optional.of(database(is, tenants)),
        ServerState.index(roles(server), Role::name),
        ServerState.index(schemas(server, tenants), Schema::name),
        new TreeSet<>(veneer ? List.of(POSTGRES_FDW) : List.of()),
        ServerState.index(veneer ? wires.servers() : List.of(), ForeignServer::name),
        ServerState.index(veneer ? wires.mappings() : List.of(), UserMapping::key));
  }

  private Database database(ServerSnapshot is, List<Tenant> tenants) {
    List<Identifier> users = new ArrayList<>(List.of(topology.appRole()));
    tenants.forEach(tenant -> users.add(tenant.role()));
    users.addAll(reader(is.server()));
    Acl connect = Acl.of(users, "CONNECT");
    Optional<Database> actual = is.state().database();
    if (actual.isPresent() && !is.databaseIsOurs()) {
      Acl acl = actual.get().acl();
      boolean everybody = acl.of(Acl.PUBLIC).contains("CONNECT");
      return new Database(
          actual.get().name(), actual.get().owner(), everybody ? acl : acl.and(connect), true);
    }
    return new Database(is.server().database(), topology.adminRole(), connect, true);
  }

  private List<Role> roles(ServerDefinition server) {
    List<Role> roles = new ArrayList<>();
    TreeSet<Identifier> tenantRoles = new TreeSet<>();
    for (Tenant tenant : tenantsOfCluster(server)) {
      roles.add(
          new Role(
              tenant.role(),
              true,
              new TreeSet<>(),
              List.of(tenant.schema()),
              Optional.of(limits(tenant.limits()))));
      tenantRoles.add(tenant.role());
    }
    if (server.isVeneer()) {
      roles.add(Role.owner(topology.mirrorRole()));
    }
    roles.add(Role.login(topology.adminRole()));
    if (topology.crossTenantJoins() == JoinChoice.FORBIDDEN) {
      tenantRoles.clear();
    }
    roles.add(new Role(topology.appRole(), true, tenantRoles, List.of()));
    reader(server)
        .forEach(
            role -> roles.add(new Role(role, true, new TreeSet<>(), List.of(Everyone.SCHEMA))));
    return roles;
  }

  private static RoleLimits limits(Limits limits) {
    return new RoleLimits(
        limits.connections().orElse(RoleLimits.NONE.connections()), limits.settings());
  }

  /** The names of a veneer's foreign servers. */
  List<Identifier> foreignServers() {
    return wires.servers().stream().map(ForeignServer::name).toList();
  }

  /** The schemas of the veneer that show replicas. */
  SortedSet<Identifier> reads() {
    TreeSet<Identifier> schemas = new TreeSet<>();
    readTenants().forEach(tenant -> schemas.add(tenant.replicaSchema()));
    return schemas;
  }

  private List<Tenant> readTenants() {
    return topology.tenants().stream()
        .filter(tenant -> topology.readsOf(tenant.shard()).isPresent())
        .toList();
  }

  private List<Schema> schemas(ServerDefinition server, List<Tenant> tenants) {
    List<Schema> schemas = new ArrayList<>();
    tenants.forEach(tenant -> schemas.add(schema(server, tenant)));
    if (server.isVeneer()) {
      readTenants().forEach(tenant -> schemas.add(read(tenant)));
    }
    return schemas;
  }

  private Schema schema(ServerDefinition server, Tenant tenant) {
    return switch (server.part()) {
      case VENEER -> mirrored(tenant);
      case SHARD -> owned(tenant);
      case REPLICA -> copied(tenant);
    };
  }

  /** A tenant's schema on its shard: what migrations make in it, the tenant may use. */
  private Schema owned(Tenant tenant) {
    return new Schema(
        tenant.schema(),
        topology.adminRole(),
        Acl.of(tenant.role(), "USAGE").and(Acl.of(reader(), "USAGE")),
        Acl.NONE.with(tenant.role(), ROWS).and(Acl.of(reader(), "SELECT")),
        Acl.NONE.with(tenant.role(), SEQUENCES));
  }

  /** On a replica tenants only read: a row of their own would stop the replication. */
  private Schema copied(Tenant tenant) {
    return new Schema(
        tenant.schema(),
        topology.adminRole(),
        Acl.of(tenant.role(), "USAGE"),
        Acl.NONE.with(tenant.role(), List.of("SELECT")),
        Acl.NONE);
  }

  /** Whoever owns the shard's schema may make views of its own beside the foreign tables. */
  private Schema mirrored(Tenant tenant) {
    return new Schema(
        tenant.schema(),
        topology.mirrorRole(),
        Acl.of(tenant.role(), "USAGE").and(Acl.of(topology.adminRole(), "CREATE", "USAGE")),
        Acl.NONE,
        Acl.NONE);
  }

  /** Nobody makes anything of their own beside the foreign tables that show a replica. */
  private Schema read(Tenant tenant) {
    return new Schema(
        tenant.replicaSchema(),
        topology.mirrorRole(),
        Acl.of(List.of(tenant.role(), topology.adminRole()), "USAGE"),
        Acl.NONE,
        Acl.NONE);
  }
}
