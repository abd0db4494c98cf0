package org.partitionproxy.migrate;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.internal.exception.FlywayMigrateException;
import org.flywaydb.core.internal.sqlscript.FlywaySqlScriptException;
import org.partitionproxy.db.ConnectionPool;
import org.partitionproxy.db.ServerError;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.SourcePosition;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.Tenant;

/** What Flyway threw, in ppp's words: which script, which line, and how to go on. */
final class FlywayFailure {

  /** Statements that leave nothing but, at worst, an invalid index. */
  private static final Pattern INDEX_STATEMENT =
      Pattern.compile(
          "\\s*(CREATE\\s+(UNIQUE\\s+)?INDEX|DROP\\s+INDEX|REINDEX)\\b.*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private final RuntimeException thrown;
  private final MigrationFolder folder;
  private final Tenant tenant;
  private final FlywayEvents events;
  private final Optional<ServerError> error;
  private final Optional<FlywayMigrateException> ofMigration;
  private final Optional<FlywaySqlScriptException> ofStatement;

  FlywayFailure(
      RuntimeException thrown, MigrationFolder folder, Tenant tenant, FlywayEvents events) {
    this.thrown = thrown;
    this.folder = folder;
    this.tenant = tenant;
    this.events = events;
    this.error = ServerError.find(thrown);
    this.ofMigration = cause(thrown, FlywayMigrateException.class);
    this.ofStatement = cause(thrown, FlywaySqlScriptException.class);
  }

  private static <T> Optional<T> cause(Throwable thrown, Class<T> type) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return Optional.of(type.cast(cause));
      }
    }
    return Optional.empty();
  }

  /** Locks were in the way, and all that was done is rolled back. */
  boolean isWorthATry() {
    return !isOutsideTransaction() && sqlState().filter(LockRetry::isAboutLocks).isPresent();
  }

  String message() {
    return error
        .map(ServerError::message)
        .orElseGet(() -> String.valueOf(thrown.getMessage()).lines().findFirst().orElse(""));
  }

  /**
   * Cleans up where that is safe: a script outside a transaction whose first statement failed and
   * left nothing is taken out of the history, so that the next run starts it again.
   */
  FailedTenant outcome(ConnectionPool pool) {
    Code code = Code.MIGRATION_FAILED;
    String hint = "The script was rolled back. Mend it and run `ppp migrate` again.";
    if (thrown instanceof FlywayException flyway
        && flyway.getErrorCode() == CoreErrorCode.NON_EMPTY_SCHEMA_WITHOUT_SCHEMA_HISTORY_TABLE) {
      return failed(
          Code.SCHEMA_NOT_EMPTY,
          "schema \"" + tenant.schema() + "\" has tables but no history of migrations",
          "Something else made them. Say `migrations: none` in shards.yaml, or write down with"
              + " Flyway's `baseline` which version they are.");
    }
    if (isConnectionLost()) {
      hint = "The connection was lost. Run `ppp migrate` again: it goes on from there.";
    } else if (ofMigration.isEmpty()) {
      hint = "Nothing was changed by this try. Mend the cause and run `ppp migrate` again.";
    } else if (isOutsideTransaction()) {
      hint = goOn(pool);
    } else if (sqlState().filter(LockRetry::isAboutLocks).isPresent()) {
      hint =
          "Others held a lock that it needs through all tries. pg_locks on shard \""
              + tenant.shard()
              + "\" shows who; run `ppp migrate` again once they are done.";
    }
    return failed(code, message(), said() + hint);
  }

  private FailedTenant failed(Code code, String message, String hint) {
    return new FailedTenant(
        tenant, events.applied(), code, script(), position(), sqlState(), message, hint);
  }

  private Optional<String> sqlState() {
    return error.map(ServerError::sqlState);
  }

  private boolean isConnectionLost() {
    return sqlState().filter(ServerError::isConnectionLost).isPresent();
  }

  private boolean isOutsideTransaction() {
    return ofMigration.isPresent() && !ofMigration.get().isExecutableInTransaction();
  }

  private Optional<String> script() {
    return ofMigration.map(e -> e.getMigration().getScript());
  }

  /** The server's own detail and hint, each on its line. */
  private String said() {
    StringBuilder said = new StringBuilder();
    error.flatMap(ServerError::detail).ifPresent(detail -> said.append(detail).append('\n'));
    error.flatMap(ServerError::hint).ifPresent(hint -> said.append(hint).append('\n'));
    return said.toString();
  }

  /**
   * Where the server points to in the script; else the first line of the statement. Flyway tells
   * the statement's line, the server the character in the statement.
   */
  private Optional<SourcePosition> position() {
    Optional<MigrationFile> file = script().flatMap(folder::findScript);
    if (ofStatement.isEmpty() || file.isEmpty()) {
      return Optional.empty();
    }
    int pointer = error.map(e -> e.position().orElse(1)).orElse(1);
    return Optional.of(
        file.get().position(ofStatement.get().getLineNumber(), statement(), pointer));
  }

  private String statement() {
    return ofStatement.map(FlywaySqlScriptException::getStatement).orElse("");
  }

  private String goOn(ConnectionPool pool) {
    String script = script().orElse("");
    Sql forgetting = new HistoryTable(tenant.schema()).forgetting(script);
    try (Session session = pool.borrow()) {
      List<QualifiedName> invalid = InvalidIndexes.in(session, tenant.schema());
      if (events.statementsDone() == 0 && INDEX_STATEMENT.matcher(statement()).matches()) {
        session.execute(forgetting);
        return invalid.isEmpty()
            ? "It left nothing behind. Mend the cause and run `ppp migrate` again."
            : "It left an invalid index. Mend the cause, remove the index on shard \""
                + tenant.shard()
                + "\", and run `ppp migrate` again:\n"
                + InvalidIndexes.removal(invalid);
      }
      return HalfDone.hint(tenant, forgetting, invalid);
    } catch (SqlFailure e) {
      return HalfDone.hint(tenant, forgetting, List.of());
    }
  }
}
