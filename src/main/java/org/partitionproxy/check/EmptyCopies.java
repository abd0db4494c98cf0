package org.partitionproxy.check;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.partitionproxy.db.Probe;
import org.partitionproxy.db.ServerError;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.sql.SqlResource;

/**
 * Tries commands without a plan ({@code LOCK TABLE}, {@code COPY}) on two empty copies of a
 * tenant's schema: one of tables, as on one PostgreSQL, and one of foreign tables on a server that
 * is nowhere, as on the veneer.
 *
 * <p>The copies are in the maintenance database of the veneer, where no tenant has anything, in a
 * transaction that is rolled back: a run that is killed leaves nothing either. Commands run as a
 * role that exists only in it and owns nothing else, each undone at once.
 */
final class EmptyCopies {

  private static final SqlResource ATTEMPT =
      SqlResource.load("/org/partitionproxy/check/attempt.sql");

  /** Nothing of this reaches the server's log; its messages are read here. */
  private static final Sql BEGIN =
      Sql.of(
          """
          BEGIN;
          SET LOCAL log_min_messages = panic;
          SET LOCAL log_min_error_statement = panic;
          SET LOCAL log_statement = none;
          SET LOCAL log_min_duration_statement = -1;
          SET LOCAL pg_stat_statements.track = 'none';
          SET LOCAL client_min_messages = error;
          SET LOCAL lc_messages = 'C'""");

  private static final Sql ROLLBACK = Sql.of("ROLLBACK");

  /** {@code query_canceled}: how the driver ends a COPY that wants rows. */
  private static final String COPY_ENDED = "57014";

  private static final String NOT_SUPPORTED = "0A000";

  private final Session session;
  private final Identifier schema;
  private final List<Identifier> types;
  private final List<CopiedTable> tables;
  private final Identifier own = Identifier.of("ppp_check_" + randomName());

  /**
   * @param session in the veneer's maintenance database
   * @param types of the schema, all of them text in the copies
   */
  EmptyCopies(
      Session session, Identifier schema, List<Identifier> types, List<CopiedTable> tables) {
    this.session = session;
    this.schema = schema;
    this.types = types;
    this.tables = tables;
  }

  private static String randomName() {
    byte[] bytes = new byte[8];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /**
   * @param tag what PostgreSQL calls the command, where it ran on tables
   */
  record Comparison(Attempt onTables, Attempt onForeignTables, String tag) {}

  /** Each command on both copies. */
  Map<String, Comparison> compare(List<String> commands) {
    Map<String, Attempt> local = new LinkedHashMap<>();
    Map<String, String> tags = new LinkedHashMap<>();
    withCopy(
        table -> table.local(schema),
        () -> {
          for (String command : commands) {
            Attempt attempt = attempt(command);
            local.put(command, attempt);
            tags.put(command, attempt.sqlState().equals(Attempt.DONE) ? tag(command) : "COPY");
          }
        });
    Map<String, Comparison> compared = new LinkedHashMap<>();
    withCopy(
        table -> table.foreign(schema, own),
        () ->
            local.forEach(
                (command, onTables) ->
                    compared.put(
                        command,
                        new Comparison(
                            onTables, attempt(command), tags.getOrDefault(command, "")))));
    return compared;
  }

  /**
   * The error with which a transaction that has more to it than rows refuses a command that begins
   * or ends transactions. One that has exported a snapshot refuses to be prepared, as one that has
   * used a foreign table does; any other such command ends it or does nothing.
   *
   * @return empty for a command that can also end a transaction over foreign tables
   */
  Optional<ServerError> asLastOfTransaction(String command) {
    try {
      session.execute(
          Sql.of(
              "SET lc_messages = 'C'; BEGIN READ ONLY; SET LOCAL log_min_messages = panic;"
                  + " SET LOCAL log_min_error_statement = panic; SET LOCAL log_statement = none;"
                  + " SELECT pg_catalog.pg_export_snapshot()"));
      return session.probe(command).error().filter(e -> e.sqlState().equals(NOT_SUPPORTED));
    } finally {
      session.execute(ROLLBACK);
    }
  }

  private void withCopy(Function<CopiedTable, Sql> statement, Runnable work) {
    try {
      session.execute(BEGIN);
      List<Sql> making = new ArrayList<>(around());
      types.forEach(type -> making.add(Sql.of("CREATE DOMAIN {}.{} AS text", schema, type)));
      for (CopiedTable table : tables) {
        making.add(statement.apply(table));
        making.addAll(table.grants(schema, own));
      }
      session.execute(making);
      session.execute(
          List.of(
              Sql.of("SET LOCAL search_path = {}", own),
              Sql.of("SET LOCAL ROLE {}", own),
              Sql.resource(ATTEMPT),
              // Not before: another run's copies of these names are waited for.
              Sql.of("SET LOCAL statement_timeout = '5s'"),
              Sql.of("SET LOCAL search_path = {}", schema)));
      work.run();
    } finally {
      session.execute(ROLLBACK);
    }
  }

  /** A server where no connection succeeds, so that nothing can get further than to it. */
  private List<Sql> around() {
    return List.of(
        Sql.of("CREATE EXTENSION IF NOT EXISTS postgres_fdw"),
        Sql.of("CREATE ROLE {}", own),
        Sql.of(
            "CREATE SERVER {} FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host {})",
            own,
            Literal.of("/" + own.value())),
        Sql.of(
            "CREATE USER MAPPING FOR PUBLIC SERVER {} OPTIONS (user 'nobody', password 'none')",
            own),
        Sql.of("CREATE SCHEMA {} AUTHORIZATION {}", own, own),
        Sql.of("CREATE SCHEMA {}", schema),
        Sql.of("GRANT USAGE ON SCHEMA {} TO {}", schema, own));
  }

  private Attempt attempt(String command) {
    Attempt attempt =
        session
            .query(
                Sql.of(
                    "SELECT sql_state, message, coalesce(settings, ARRAY[]::text[]) AS settings,"
                        + " coalesce(temporary, false) AS temporary FROM {}.attempt(?)",
                    own),
                row ->
                    new Attempt(
                        row.string("sql_state"),
                        row.string("message"),
                        row.strings("settings"),
                        row.bool("temporary")),
                command)
            .get(0);
    return attempt.isCopyWithClient() ? copy(command) : attempt;
  }

  /** Only for what is known to be a COPY with the client, which PL/pgSQL can't try. */
  private Attempt copy(String command) {
    Probe probe = undone(command);
    return probe
        .error()
        .filter(error -> !error.sqlState().equals(COPY_ENDED))
        .filter(error -> !error.message().contains("CopyManager"))
        .map(error -> Attempt.refused(error.sqlState(), error.message()))
        .orElseGet(() -> Attempt.refused(Attempt.DONE, ""));
  }

  /** Only for what has succeeded without changing its role or ending the transaction. */
  private String tag(String command) {
    return undone(command).tag();
  }

  private Probe undone(String command) {
    session.execute(Sql.of("SAVEPOINT ppp_check"));
    Probe probe = session.probe(command);
    session.execute(Sql.of("ROLLBACK TO SAVEPOINT ppp_check"));
    return probe;
  }
}
