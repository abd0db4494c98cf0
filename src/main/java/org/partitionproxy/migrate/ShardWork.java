package org.partitionproxy.migrate;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.db.ConnectionPool;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.ServerError;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;

/** The tenants of one shard, migrated over one pool of connections; for many threads. */
final class ShardWork implements AutoCloseable {

  /** Flyway takes one for a tenant's scripts and one for its callbacks; one is to spare. */
  private static final int CONNECTIONS_PER_JOB = 3;

  private final ServerDefinition server;
  private final Identifier owner;
  private final Connector connector;
  private final LockRetry retry;
  private final int jobs;
  private final Follower follower;
  private @Nullable ConnectionPool pool;
  private Optional<Diagnostic> lost = Optional.empty();

  ShardWork(
      ServerDefinition server,
      Identifier owner,
      Connector connector,
      LockRetry retry,
      int jobs,
      Follower follower) {
    this.follower = follower;
    this.server = server;
    this.owner = owner;
    this.connector = connector;
    this.retry = retry;
    this.jobs = jobs;
  }

  /** Migrates a tenant, unless the shard is known to be lost. */
  TenantOutcome migrate(
      TenantBehind behind,
      MigrationFolder folder,
      ParsedScripts scripts,
      MigrationListener listener) {
    Tenant tenant = behind.tenant();
    Optional<ConnectionPool> ready = pool();
    if (ready.isEmpty()) {
      return new UnreachedTenant(tenant, lost().orElseThrow());
    }
    TenantOutcome outcome =
        follower.beside(
            tenant,
            following ->
                new TenantMigration(
                        folder, ready.get(), tenant, retry, scripts, following, listener)
                    .run(behind.pending()));
    if (outcome instanceof FailedTenant failed
        && failed.sqlState().filter(ServerError::isConnectionLost).isPresent()) {
      checkServer();
      Optional<Diagnostic> gone = lost();
      if (gone.isPresent()) {
        return new UnreachedTenant(tenant, gone.get());
      }
    }
    return outcome;
  }

  private synchronized Optional<Diagnostic> lost() {
    return lost;
  }

  private synchronized Optional<ConnectionPool> pool() {
    if (lost.isEmpty() && pool == null) {
      try {
        pool = connector.pool(server, owner, jobs * CONNECTIONS_PER_JOB, retry.lockTimeout());
      } catch (SqlFailure e) {
        lost = Optional.of(e.diagnostics().get(0));
      }
    }
    return lost.isPresent() ? Optional.empty() : Optional.ofNullable(pool);
  }

  /** A session that ended may be one that somebody ended, or all that the server had. */
  private synchronized void checkServer() {
    try (Session session = connector.superuser(server)) {
      session.isAlive();
    } catch (SqlFailure e) {
      lost = Optional.of(e.diagnostics().get(0));
    }
  }

  @Override
  public synchronized void close() {
    if (pool != null) {
      pool.close();
    }
  }
}
