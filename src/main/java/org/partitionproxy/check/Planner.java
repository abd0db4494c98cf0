package org.partitionproxy.check;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.partitionproxy.db.Probe;
import org.partitionproxy.db.ServerError;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;

/**
 * Lets one server parse and plan statements as an application's role would have them, and run none:
 * each is prepared, and its plan explained, in a session that may only read. The meaning comes from
 * the tree that the server tells of while it prepares; only this session's client is told.
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/18/runtime-config-logging.html#GUC-DEBUG-PRINT-PARSE">PostgreSQL,
 *     19.8.3 What to Log</a>
 */
final class Planner implements AutoCloseable {

  private static final String SEARCH_PATH =
      """
      SELECT substr(c.setting, length('search_path=') + 1) AS search_path
      FROM pg_catalog.pg_db_role_setting AS s
      JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole
      CROSS JOIN LATERAL unnest(s.setconfig) AS c (setting)
      WHERE r.rolname = ?
        AND s.setdatabase IN (0,
          (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database()))
        AND c.setting LIKE 'search\\_path=%'
      ORDER BY s.setdatabase DESC
      LIMIT 1""";

  /** Nothing of this reaches the server's log or statistics. */
  private static final Sql QUIET =
      Sql.of(
          """
          SET log_min_messages = panic;
          SET log_min_error_statement = panic;
          SET log_statement = none;
          SET log_min_duration_statement = -1;
          SET log_min_duration_sample = -1;
          SET log_duration = off;
          SET pg_stat_statements.track = 'none'""");

  /** The plan is the one for any parameters; locks are those of a moment, and not waited for. */
  private static final Sql HARMLESS =
      Sql.of(
          """
          SET default_transaction_read_only = on;
          SET plan_cache_mode = force_generic_plan;
          SET statement_timeout = '10s';
          SET lock_timeout = '2s';
          SET client_min_messages = log;
          SET debug_pretty_print = off;
          SET debug_print_rewritten = on""");

  private static final String PREPARE = "PREPARE ppp_check AS ";

  private final Session session;

  private Planner(Session session) {
    this.session = session;
  }

  /**
   * @param superuser a session that the planner closes, on the veneer or on a shard
   */
  static Planner as(Identifier role, Session superuser) {
    Optional<String> searchPath =
        superuser.queryOne(SEARCH_PATH, row -> row.string("search_path"), role.value());
    superuser.execute(QUIET);
    superuser.execute(
        Sql.of(
            "SELECT pg_catalog.set_config('search_path', {}, false)",
            Literal.of(searchPath.orElse("\"$user\", public"))));
    superuser.execute(Sql.of("SET ROLE {}", role));
    superuser.execute(HARMLESS);
    return new Planner(superuser);
  }

  Planned plan(String statement) {
    Probe prepared = session.probe(PREPARE + statement);
    if (prepared.error().isPresent()) {
      return new Planned(
          prepared.error().map(Planner::withoutPrefix), Optional.empty(), Optional.empty());
    }
    Optional<Query> query = Query.read(prepared.details());
    int parameters = query.map(Query::parameters).orElse(0);
    Probe explained =
        session.probe("EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE ppp_check" + nulls(parameters));
    session.probe("DEALLOCATE ppp_check");
    return new Planned(
        explained.error(),
        query,
        explained.error().isPresent()
            ? Optional.empty()
            : Optional.of(PlanNode.parse(String.join("\n", explained.lines()))));
  }

  private static String nulls(int parameters) {
    return parameters == 0
        ? ""
        : Stream.generate(() -> "NULL")
            .limit(parameters)
            .collect(Collectors.joining(", ", "(", ")"));
  }

  private static ServerError withoutPrefix(ServerError error) {
    OptionalInt position =
        error.position().isPresent()
            ? OptionalInt.of(Math.max(1, error.position().getAsInt() - PREPARE.length()))
            : OptionalInt.empty();
    return new ServerError(
        error.sqlState(), error.message(), error.detail(), error.hint(), position);
  }

  /** Names of those functions of pg_catalog that a rule knows, by their numbers on this server. */
  List<BuiltIn> builtIns(List<String> names) {
    return session.query(
        """
        SELECT p.oid::bigint AS number, p.proname AS name
        FROM pg_catalog.pg_proc AS p
        WHERE p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace
          AND p.proname = ANY (?)
        ORDER BY p.oid""",
        row -> new BuiltIn(row.number("number"), row.string("name")),
        names);
  }

  record BuiltIn(long number, String name) {}

  @Override
  public void close() {
    session.close();
  }
}
