package org.partitionproxy.migrate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Workers;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.topology.Topology;
import org.slf4j.LoggerFactory;

/**
 * Brings every tenant's schema to the newest migration. One query per shard finds who is behind;
 * only those are touched, several at once, each in transactions of its own. A tenant that fails
 * stays where its last good script left it and stops nobody else; the next run goes on from there.
 */
public final class Migrator {

  private final Topology topology;
  private final Connector connector;
  private final LockRetry retry;
  private final Follower follower;

  public Migrator(Topology topology, Connector connector) {
    this(topology, connector, LockRetry.DEFAULT, Follower.NONE);
  }

  /**
   * @param follower moves with each tenant
   */
  public Migrator(Topology topology, Connector connector, Follower follower) {
    this(topology, connector, LockRetry.DEFAULT, follower);
  }

  public Migrator(Topology topology, Connector connector, LockRetry retry) {
    this(topology, connector, retry, Follower.NONE);
  }

  private Migrator(Topology topology, Connector connector, LockRetry retry, Follower follower) {
    this.follower = follower;
    this.topology = topology;
    this.connector = connector;
    this.retry = retry;
  }

  /** Loads Flyway, which takes a tenth of a second, and touches nothing. */
  public static void prepare() {
    TenantMigration.configuration().load();
  }

  /**
   * @throws PppException before anything is touched, if the folder, the patterns or the canary are
   *     wrong
   */
  public MigrationResult migrate(MigrationRequest request, MigrationListener listener) {
    return migrate(request, Set.of(), listener);
  }

  /**
   * The same, but for the tenants of some shards: ones that the caller knows to be out of reach.
   */
  public MigrationResult migrate(
      MigrationRequest request, Set<ServerName> without, MigrationListener listener) {
    List<Tenant> tenants =
        request.selection().from(topology).stream()
            .filter(tenant -> !without.contains(tenant.shard()))
            .toList();
    request.canary().ifPresent(canary -> requireSelected(canary, tenants));
    if (topology.migrations().isEmpty()) {
      return MigrationResult.none();
    }
    MigrationFolder folder = MigrationFolder.read(topology.home(), topology.migrations().get());
    // Once, before there are threads: SLF4J warns when the first to log are several at a time.
    LoggerFactory.getILoggerFactory();
    Map<ServerName, ShardWork> shards = new LinkedHashMap<>();
    topology.shards().forEach(s -> shards.put(s.name(), work(s, request.jobs())));
    try (Workers workers = new Workers(request.jobs())) {
      return new MigrationRun(tenants, folder, shards, workers, listener)
          .migrate(survey(tenants, folder, workers), request.canary());
    } finally {
      shards.values().forEach(ShardWork::close);
    }
  }

  private ShardWork work(ServerDefinition shard, int jobs) {
    return new ShardWork(shard, topology.adminRole(), connector, retry, jobs, follower);
  }

  private List<Survey> survey(List<Tenant> tenants, MigrationFolder folder, Workers workers) {
    return workers.map(
        topology.shards().stream().filter(shard -> !on(shard, tenants).isEmpty()).toList(),
        shard -> Survey.of(connector, shard, on(shard, tenants), folder));
  }

  private static List<Tenant> on(ServerDefinition shard, List<Tenant> tenants) {
    return tenants.stream().filter(t -> t.shard().equals(shard.name())).toList();
  }

  private static void requireSelected(TenantName canary, List<Tenant> tenants) {
    Optional<Tenant> found = tenants.stream().filter(t -> t.name().equals(canary)).findFirst();
    if (found.isEmpty()) {
      throw new PppException(
          Diagnostic.error(
              Code.UNKNOWN_TARGET,
              "canary \"" + canary + "\" is not among the tenants to migrate",
              "Name one of the tenants in shards.yaml that --tenant and --shard leave."));
    }
  }
}
