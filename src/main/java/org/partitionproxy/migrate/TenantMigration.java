package org.partitionproxy.migrate;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.partitionproxy.db.ConnectionPool;
import org.partitionproxy.db.Pause;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.topology.Tenant;

/** Brings one tenant up to date with Flyway, and tries again where locks are in the way. */
final class TenantMigration {

  private final MigrationFolder folder;
  private final ConnectionPool pool;
  private final Tenant tenant;
  private final LockRetry retry;
  private final MigrationListener listener;
  private final ParsedScripts scripts;
  private final Following following;
  private final FlywayEvents events;

  TenantMigration(
      MigrationFolder folder,
      ConnectionPool pool,
      Tenant tenant,
      LockRetry retry,
      ParsedScripts scripts,
      Following following,
      MigrationListener listener) {
    this.folder = folder;
    this.pool = pool;
    this.tenant = tenant;
    this.retry = retry;
    this.listener = listener;
    this.scripts = scripts;
    this.following = following;
    this.events = new FlywayEvents(tenant, pool, scripts, following, listener);
  }

  /** Never throws for what the server says: that is in the outcome. */
  TenantOutcome run(List<MigrationFile> pending) {
    Optional<List<ParsedScript>> known = scripts.find(pending);
    try {
      if (known.isPresent() && replay(known.get())) {
        return migrated();
      }
    } catch (CannotFollow e) {
      following.release();
      return refused(e);
    }
    return migrate(pending);
  }

  private MigratedTenant migrated() {
    following.committed();
    following.release();
    return new MigratedTenant(tenant, events.applied());
  }

  private TenantOutcome migrate(List<MigrationFile> pending) {
    for (int attempt = 1; ; attempt++) {
      try {
        Optional<FailedTenant> leftOver = leftOverIndex(pending);
        if (leftOver.isPresent()) {
          return leftOver.get();
        }
        flyway().migrate();
        return migrated();
      } catch (FlywayException | SqlFailure | CannotFollow e) {
        // What the last script did is followed later if it was committed: nobody can know now.
        following.release();
        Optional<CannotFollow> refused = CannotFollow.find(e);
        if (refused.isPresent()) {
          return refused(refused.get());
        }
        FlywayFailure failure = new FlywayFailure(e, folder, tenant, events);
        if (attempt == retry.tries() || !failure.isWorthATry() || !pause(attempt, failure)) {
          return failure.outcome(pool);
        }
      }
    }
  }

  /** Whether all went well; if not, Flyway goes on, and finds out what is wrong. */
  private boolean replay(List<ParsedScript> known) {
    try (Session session = pool.borrow()) {
      return new ScriptReplay(session, tenant.schema(), following, events::applied, events::warned)
          .run(known);
    } catch (SqlFailure e) {
      following.release();
      return false;
    }
  }

  /** It was rolled back, on both ends. */
  private FailedTenant refused(CannotFollow reason) {
    Diagnostic why = reason.diagnostics().get(0);
    return new FailedTenant(
        tenant,
        events.applied(),
        why.code(),
        Optional.of(reason.script()),
        Optional.empty(),
        reason.sqlState(),
        why.summary(),
        why.hint());
  }

  /** A script that was killed half-way would fail on its own index, or take it for a good one. */
  private Optional<FailedTenant> leftOverIndex(List<MigrationFile> pending) {
    try (Session session = pool.borrow()) {
      for (MigrationFile file : pending) {
        List<QualifiedName> left = InvalidIndexes.leftBy(session, tenant.schema(), file.text());
        if (!left.isEmpty()) {
          return Optional.of(leftOver(left, file));
        }
      }
    }
    return Optional.empty();
  }

  private FailedTenant leftOver(List<QualifiedName> indexes, MigrationFile file) {
    return new FailedTenant(
        tenant,
        events.applied(),
        Code.MIGRATION_INDEX_INVALID,
        Optional.of(file.script()),
        Optional.empty(),
        Optional.empty(),
        "index \"" + indexes.get(0) + "\" exists but is invalid",
        "An interrupted run left it. Remove it on shard \""
            + tenant.shard()
            + "\" and run `ppp migrate` again:\n"
            + InvalidIndexes.removal(indexes));
  }

  private boolean pause(int attempt, FlywayFailure failure) {
    Duration pause = retry.pauseAfter(attempt);
    listener.givingWay(tenant, attempt, failure.message(), pause);
    return Pause.of(pause);
  }

  static FluentConfiguration configuration() {
    return Flyway.configure(TenantMigration.class.getClassLoader()).loggers("slf4j");
  }

  /** Without validation, which {@link MigrationStatus} has done for all tenants at once. */
  private Flyway flyway() {
    return configuration()
        .dataSource(pool.dataSource())
        .defaultSchema(tenant.schema().value())
        .schemas(tenant.schema().value())
        .createSchemas(false)
        .table(HistoryReader.TABLE.value())
        .resourceProvider(new FlywayFolder(folder))
        .javaMigrationClassProvider(List::of)
        .placeholderReplacement(false)
        .validateOnMigrate(false)
        .skipDefaultCallbacks(true)
        .callbacks(events)
        // A lock of the session, not of a transaction, which CREATE INDEX CONCURRENTLY would await.
        .configuration(Map.of("flyway.postgresql.transactional.lock", "false"))
        .load();
  }
}
