package org.partitionproxy.migrate;

import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.callback.Warning;
import org.partitionproxy.db.ConnectionPool;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.Tenant;

/** Follows Flyway through one tenant, and puts right around each script what Flyway does not. */
final class FlywayEvents extends BaseCallback {

  private final Tenant tenant;
  private final ConnectionPool pool;
  private final MigrationListener listener;
  private final ParsedScripts scripts;
  private final Following following;
  private final List<String> applied = new ArrayList<>();
  private final List<String> statements = new ArrayList<>();
  private boolean inTransaction;

  /**
   * @param scripts learns those that went well
   * @param following goes along with those that run in a transaction
   */
  FlywayEvents(
      Tenant tenant,
      ConnectionPool pool,
      ParsedScripts scripts,
      Following following,
      MigrationListener listener) {
    this.following = following;
    this.scripts = scripts;
    this.tenant = tenant;
    this.pool = pool;
    this.listener = listener;
  }

  /** The scripts that ran, in all tries. */
  List<String> applied() {
    return applied;
  }

  /** Of the script that ran last. */
  int statementsDone() {
    return statements.size();
  }

  /** A script that ran without Flyway. */
  void applied(String script) {
    applied.add(script);
    listener.applied(tenant, script);
  }

  void warned(String script, String warning) {
    listener.warned(tenant, script, warning);
  }

  @Override
  public String getCallbackName() {
    return "ppp";
  }

  @Override
  public boolean supports(Event event, Context context) {
    return switch (event) {
      case BEFORE_MIGRATE, BEFORE_EACH_MIGRATE, AFTER_EACH_MIGRATE_STATEMENT, AFTER_EACH_MIGRATE ->
          true;
      default -> false;
    };
  }

  @Override
  public boolean canHandleInTransaction(Event event, Context context) {
    return true;
  }

  @Override
  public void handle(Event event, Context context) {
    switch (event) {
      // The history table exists from here on, and no migration has run.
      case BEFORE_MIGRATE -> hideHistory(pool.over(context.getConnection()));
      case BEFORE_EACH_MIGRATE ->
          begin(context.getMigrationInfo().getScript(), pool.over(context.getConnection()));
      case AFTER_EACH_MIGRATE_STATEMENT -> statementDone(context);
      case AFTER_EACH_MIGRATE -> {
        if (inTransaction) {
          following.afterScript(
              context.getMigrationInfo().getScript(), pool.over(context.getConnection()));
        }
        applied(context.getMigrationInfo().getScript());
        if (inTransaction) {
          scripts.add(context.getMigrationInfo(), statements);
        }
      }
      default -> throw new IllegalStateException("not asked for: " + event);
    }
  }

  private void hideHistory(Session session) {
    HistoryTable history = new HistoryTable(tenant.schema());
    history.state(session).map(history::hiding).ifPresent(session::execute);
  }

  /**
   * See {@link LockRetry}: outside a transaction there is no way back, and so no timeout. Nor may
   * others wait for it: {@code CREATE INDEX CONCURRENTLY} might itself wait for them.
   */
  private void begin(String script, Session session) {
    statements.clear();
    inTransaction = session.isInTransaction();
    following.committed();
    if (inTransaction) {
      following.beforeScript(script);
    } else {
      following.release();
      listener.followedAfterwards(tenant, script);
    }
    session.execute(inTransaction ? Sql.of("RESET lock_timeout") : Sql.of("SET lock_timeout = 0"));
  }

  private void statementDone(Context context) {
    statements.add(context.getStatement().getSql());
    for (Warning warning : context.getStatement().getWarnings()) {
      // Class 00 is notices: "relation already exists, skipping".
      if (warning.getState() != null && warning.getState().startsWith("01")) {
        warned(context.getMigrationInfo().getScript(), warning.getMessage());
      }
    }
  }
}
