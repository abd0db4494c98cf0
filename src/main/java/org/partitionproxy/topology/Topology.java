package org.partitionproxy.topology;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.sql.Identifier;

/**
 * The whole of shards.yaml. A value of this type is consistent: every tenant's shard is declared,
 * no two tenants share a schema, no two places share a name, no role's name is cut by PostgreSQL.
 *
 * @param file shards.yaml as the user named it
 * @param name of this topology; stamped into every server's ledger
 * @param database on every server that names none; the stem of the shared roles' names
 * @param migrations the folder of {@code V*__*.sql}, empty for {@code migrations: none}
 * @param postgresHome installed binaries for embedded servers, instead of the ones that ppp brings
 * @param ids whether triggers on the shards number rows that come through the veneer without
 * @param veneers one or more, in the file's order: all show the same, and each can take any's place
 * @param shards in the file's order
 * @param replicas of all shards, in the file's order
 * @param tenants in the file's order
 * @param everyone whether a role of its own may read the tables of all tenants at once
 * @param crossTenantJoins whether the role for all tenants may use any
 * @param inspection what servers log; empty where shards.yaml doesn't say
 * @param logBytes what the log files of each server that ppp starts may take together
 * @param partitions how tables that are partitioned by time are cared for, in the file's order
 * @param jobs what runs on a schedule, in the file's order
 * @param rollups which materialized views are refreshed, in the file's order
 */
public record Topology(
    Path file,
    String name,
    RuntimeChoice runtime,
    Identifier database,
    Optional<Path> migrations,
    Optional<Path> postgresHome,
    IdChoice ids,
    List<ServerDefinition> veneers,
    List<ServerDefinition> shards,
    List<ReplicaDefinition> replicas,
    List<Tenant> tenants,
    boolean everyone,
    JoinChoice crossTenantJoins,
    Optional<InspectionLevel> inspection,
    long logBytes,
    List<PartitionRules> partitions,
    List<JobRules> jobs,
    List<RollupRules> rollups) {

  /** What logs of a server may take where shards.yaml doesn't say. */
  public static final long DEFAULT_LOG_BYTES = 1L << 30;

  public Topology {
    veneers = List.copyOf(veneers);
    shards = List.copyOf(shards);
    replicas = List.copyOf(replicas);
    tenants = List.copyOf(tenants);
    partitions = List.copyOf(partitions);
    jobs = List.copyOf(jobs);
    rollups = List.copyOf(rollups);
  }

  /** As shards.yaml says nothing of what is not given here. */
  public Topology(
      Path file,
      String name,
      RuntimeChoice runtime,
      Identifier database,
      Optional<Path> migrations,
      Optional<Path> postgresHome,
      ServerDefinition veneer,
      List<ServerDefinition> shards,
      List<Tenant> tenants) {
    this(
        file,
        name,
        runtime,
        database,
        migrations,
        postgresHome,
        IdChoice.FILL,
        List.of(veneer),
        shards,
        List.of(),
        tenants,
        false,
        JoinChoice.ALLOWED,
        Optional.empty(),
        DEFAULT_LOG_BYTES,
        List.of(),
        List.of(),
        List.of());
  }

  static final String READER_SUFFIX = "_reader";
  static final String MIRROR_SUFFIX = "_mirror";
  static final String REPLICATION_SUFFIX = "_replication";

  /** The folder of shards.yaml, absolute: what relative paths in it are relative to. */
  public Path home() {
    Path parent = file.toAbsolutePath().normalize().getParent();
    return parent == null ? Path.of("/") : parent;
  }

  /** Where ppp keeps what it generates for this checkout: {@code .ppp} beside shards.yaml. */
  public Path stateFolder() {
    return home().resolve(".ppp");
  }

  /** What servers that ppp starts log from their start on. */
  public InspectionLevel startLevel() {
    return inspection.orElse(InspectionLevel.STATEMENTS);
  }

  /**
   * What servers should log; empty if that is left to those who run them.
   *
   * @param ownServers whether ppp starts them
   */
  public Optional<InspectionLevel> wantedLevel(boolean ownServers) {
    return ownServers ? Optional.of(startLevel()) : inspection;
  }

  /** The first veneer: where one is enough. */
  public ServerDefinition veneer() {
    return veneers.get(0);
  }

  /** All: the veneers, then the shards, then their replicas. */
  public List<ServerDefinition> servers() {
    List<ServerDefinition> servers = new ArrayList<>(primaries());
    replicas.forEach(replica -> servers.add(replica.server()));
    return servers;
  }

  /**
   * Those through which tenants' data is read and written: the veneers, then the shards. Without
   * one of them something is missing; without a replica nothing is.
   */
  public List<ServerDefinition> primaries() {
    List<ServerDefinition> servers = new ArrayList<>(veneers);
    servers.addAll(shards);
    return servers;
  }

  /** What veneers show: the shards, then the replicas that give reads. */
  public List<ServerDefinition> shown() {
    List<ServerDefinition> shown = new ArrayList<>(shards);
    replicas.stream()
        .filter(ReplicaDefinition::reads)
        .forEach(replica -> shown.add(replica.server()));
    return shown;
  }

  public List<ReplicaDefinition> replicasOf(ServerName shard) {
    return replicas.stream().filter(replica -> replica.shard().equals(shard)).toList();
  }

  /** The one of a shard's replicas whose rows the veneer shows. */
  public Optional<ReplicaDefinition> readsOf(ServerName shard) {
    return replicasOf(shard).stream().filter(ReplicaDefinition::reads).findFirst();
  }

  public Optional<ReplicaDefinition> findReplica(ServerName name) {
    return replicas.stream().filter(replica -> replica.name().equals(name)).findFirst();
  }

  public Optional<ServerDefinition> findServer(String serverName) {
    return servers().stream().filter(s -> s.name().value().equals(serverName)).findFirst();
  }

  /** The shard of a tenant of this topology. */
  public ServerDefinition shardOf(Tenant tenant) {
    return findServer(tenant.shard().value()).orElseThrow();
  }

  public Optional<Tenant> findTenant(String tenantName) {
    return tenants.stream().filter(t -> t.name().value().equals(tenantName)).findFirst();
  }

  public List<Tenant> tenantsOf(ServerName shard) {
    return tenants.stream().filter(t -> t.shard().equals(shard)).toList();
  }

  /** Whether a tenant's schema is on a server: all are on a veneer, a replica is as its shard. */
  public boolean has(ServerDefinition server, Tenant tenant) {
    return server.isVeneer() || shardBehind(server).equals(tenant.shard());
  }

  /** The tenants whose schemas a server has. */
  public List<Tenant> tenantsOn(ServerDefinition server) {
    return server.isVeneer() ? tenants : tenantsOf(shardBehind(server));
  }

  /** The shard itself, or the one that a replica follows. */
  private ServerName shardBehind(ServerDefinition server) {
    return findReplica(server.name()).map(ReplicaDefinition::shard).orElse(server.name());
  }

  /** How the partitions of a table are cared for, if the tenant has it. */
  public Optional<PartitionPolicy> findPolicy(Tenant tenant, Identifier table) {
    return partitions.stream()
        .filter(rules -> rules.table().equals(table))
        .findFirst()
        .map(rules -> rules.of(tenant.name()));
  }

  /** All policies that hold for a tenant, in the file's order. */
  public List<PartitionPolicy> policies(Tenant tenant) {
    return partitions.stream().map(rules -> rules.of(tenant.name())).toList();
  }

  /**
   * Owns the tenants' schemas and all in them, on the shards: {@code bookstore_admin}. On the
   * veneer it may use all that is shown of them.
   */
  public Identifier adminRole() {
    return adminRole(database);
  }

  /**
   * Owns what the veneer shows of the tenants, and nobody logs in as it: {@code bookstore_mirror}.
   */
  public Identifier mirrorRole() {
    return Identifier.of(database.value() + MIRROR_SUFFIX);
  }

  /** The role that owns the tenants' objects on a server. */
  public Identifier ownerOn(ServerDefinition server) {
    return server.isVeneer() ? mirrorRole() : adminRole();
  }

  /** May use every tenant, unless joins are forbidden: {@code bookstore_app}. */
  public Identifier appRole() {
    return appRole(database);
  }

  /** May read {@code everyone.<table>}, the rows of all tenants: {@code bookstore_reader}. */
  public Identifier readerRole() {
    return Identifier.of(database.value() + READER_SUFFIX);
  }

  /** As which replicas log in at their shards: {@code bookstore_replication}. */
  public Identifier replicationRole() {
    return Identifier.of(database.value() + REPLICATION_SUFFIX);
  }

  static Identifier adminRole(Identifier database) {
    return Identifier.of(database.value() + "_admin");
  }

  static Identifier appRole(Identifier database) {
    return Identifier.of(database.value() + "_app");
  }
}
