package org.partitionproxy.explain;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.partitionproxy.check.AskedStatement;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Probe;
import org.partitionproxy.db.ServerError;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.diagnostic.Severity;
import org.partitionproxy.diagnostic.SourcePosition;
import org.partitionproxy.inspect.Values;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;

/**
 * Plans a statement on the veneer as a role would have it planned, and tells how the planner sees
 * it. Runs nothing: that is {@link VeneerRun}'s.
 */
final class VeneerPlanner implements AutoCloseable {

  private static final String SETTINGS =
      """
      SELECT s.name, s.value
      FROM (
        SELECT r.setrole <> 0 AS of_role, r.setdatabase <> 0 AS of_database,
          split_part(c.setting, '=', 1) AS name,
          substr(c.setting, strpos(c.setting, '=') + 1) AS value
        FROM pg_catalog.pg_db_role_setting AS r
        LEFT JOIN pg_catalog.pg_roles AS o ON o.oid = r.setrole
        CROSS JOIN LATERAL unnest(r.setconfig) AS c (setting)
        WHERE (r.setrole = 0 OR o.rolname = ?)
          AND r.setdatabase IN (0,
            (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database()))
      ) AS s
      JOIN pg_catalog.pg_settings AS g ON lower(g.name) = lower(s.name)
        AND g.context IN ('user', 'superuser')
      ORDER BY s.of_role, s.of_database, s.name""";

  private static final String ROLE =
      "SELECT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = ?) AS known";

  private static final String SET = "SELECT pg_catalog.set_config(?, ?, false) AS value";

  /** Nothing of this reaches the server's log or statistics, and nothing waits for long. */
  private static final Sql HARMLESS =
      Sql.of(
          """
          SET log_min_messages = panic;
          SET log_min_error_statement = panic;
          SET log_statement = none;
          SET log_min_duration_statement = -1;
          SET log_min_duration_sample = -1;
          SET log_duration = off;
          SET auto_explain.log_min_duration = -1;
          SET pg_stat_statements.track = 'none';
          SET standard_conforming_strings = on;
          SET default_transaction_read_only = on;
          SET statement_timeout = '30s';
          SET lock_timeout = '5s';
          SET debug_pretty_print = off""");

  private static final Sql WITH_TREE =
      Sql.of("SET client_min_messages = log; SET debug_print_plan = on");

  private static final Sql WITHOUT_TREE =
      Sql.of("SET client_min_messages = notice; SET debug_print_plan = off");

  private static final Sql NO_WORK =
      Sql.of(
          """
          SET enable_hashjoin = off;
          SET enable_mergejoin = off;
          SET enable_nestloop = off;
          SET enable_sort = off;
          SET enable_hashagg = off""");

  private static final Set<String> QUERIES =
      Set.of("SELECT", "WITH", "VALUES", "TABLE", "INSERT", "UPDATE", "DELETE", "MERGE", "");

  static final String PREPARE = "PREPARE ppp_explain AS ";
  static final String COUNT =
      "SELECT pg_catalog.cardinality(p.parameter_types) FROM pg_catalog.pg_prepared_statements AS p"
          + " WHERE p.name = 'ppp_explain'";

  /**
   * @param tree empty if the server told of none
   * @param generic whether it is the plan for any parameters
   */
  record Planned(String json, Optional<PlanTree> tree, boolean generic) {}

  private final Session session;
  private final ExplainRequest request;
  private final String searchPath;

  private VeneerPlanner(Session session, ExplainRequest request, String searchPath) {
    this.session = session;
    this.request = request;
    this.searchPath = searchPath;
  }

  static VeneerPlanner open(Connector connector, ExplainRequest request) {
    Session session = connector.superuser(request.veneer());
    boolean known =
        session.queryOne(ROLE, row -> row.bool("known"), request.role().value()).orElse(false);
    if (!known) {
      session.close();
      throw new PppException(
          Diagnostic.error(
              Code.NOT_INITIALIZED,
              "server \""
                  + request.veneer().name()
                  + "\" has no role \""
                  + request.role().value()
                  + "\"",
              "`ppp initialize` makes it."));
    }
    record Setting(String name, String value) {}
    String searchPath = "\"$user\", public";
    for (Setting s :
        session.query(
            SETTINGS,
            row -> new Setting(row.string("name"), row.string("value")),
            request.role().value())) {
      session.query(SET, row -> row.findString("value"), s.name(), s.value());
      searchPath = s.name().equalsIgnoreCase("search_path") ? s.value() : searchPath;
    }
    session.execute(HARMLESS);
    return new VeneerPlanner(session, request, searchPath);
  }

  int majorVersion() {
    return session.majorVersion();
  }

  /** The superuser's session again, with only pg_catalog on its search_path. */
  Session catalogs() {
    return session;
  }

  /**
   * @throws PppException if the veneer refuses it
   */
  Planned plan() {
    session.execute(
        Sql.of(
            "SET search_path = pg_catalog; SELECT pg_catalog.set_config('search_path', {}, false)",
            Literal.of(searchPath)));
    session.execute(Sql.of("SET ROLE {}", request.role()));
    try {
      int count = prepare(session, request);
      boolean generic = count > 0 && request.parameters().isEmpty();
      String arguments = arguments(count, request.parameters());
      session.execute(
          generic
              ? Sql.of("SET plan_cache_mode = force_generic_plan")
              : Sql.of("SET plan_cache_mode = force_custom_plan"));
      session.execute(WITH_TREE);
      Probe explained =
          session.probe("EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE ppp_explain" + arguments);
      explained.error().ifPresent(e -> refuse(request, e, 0));
      return new Planned(
          String.join("\n", explained.lines()), PlanTree.read(explained.details()), generic);
    } finally {
      session.execute(WITHOUT_TREE);
      session.probe("DEALLOCATE ppp_explain");
      session.execute(Sql.of("RESET ROLE; SET search_path = pg_catalog"));
    }
  }

  /** The plan with as little work on the veneer as can be; empty if it can't be had. */
  Optional<Planned> planWithoutWork() {
    session.execute(NO_WORK);
    try {
      return Optional.of(plan());
    } catch (PppException e) {
      return Optional.empty();
    }
  }

  /** Returns the number of its parameters. */
  static int prepare(Session session, ExplainRequest request) {
    Probe prepared = session.probe(PREPARE + request.statement().text());
    prepared.error().ifPresent(e -> refuse(request, e, PREPARE.length()));
    return session.probe(COUNT).lines().stream().mapToInt(Integer::parseInt).sum();
  }

  /**
   * @throws PppException if there are some, but not as many
   */
  static String arguments(int count, List<Optional<String>> values) {
    if (!values.isEmpty() && values.size() != count) {
      throw new PppException(
          Diagnostic.error(
              Code.USAGE,
              "the statement has " + count + " parameters, and " + values.size() + " were given",
              "--param gives one, in the order $1, $2, …"));
    }
    Stream<String> arguments =
        values.isEmpty()
            ? Stream.generate(() -> "NULL").limit(count)
            : values.stream()
                .map(v -> v.map(s -> Sql.of("{}", Literal.of(s)).text()).orElse("NULL"));
    return count == 0 ? "" : arguments.collect(Collectors.joining(", ", "(", ")"));
  }

  /**
   * @param before how many characters the server got before the statement
   */
  static void refuse(ExplainRequest request, ServerError error, int before) {
    AskedStatement statement = request.statement();
    Optional<SourcePosition> position =
        before > 0 && error.position().orElse(0) > before
            ? Optional.of(statement.position(error.position().getAsInt() - before))
            : Optional.empty();
    throw new PppException(
        new Diagnostic(
            Severity.ERROR,
            Code.NOT_EXPLAINED,
            said(request, error, error.message()) + " (SQLSTATE " + error.sqlState() + ")",
            request.values() == Values.SHOWN ? position : position.map(SourcePosition::withoutText),
            error.detail().map(detail -> said(request, error, detail) + "\n").orElse("")
                + hint(request, error)));
  }

  private static String hint(ExplainRequest request, ServerError error) {
    String word = request.statement().statement().firstWord();
    if (error.sqlState().equals("42601") && !QUERIES.contains(word)) {
      return word + " has no plan: ppp explains SELECT, INSERT, UPDATE, DELETE, MERGE, VALUES.";
    }
    return error.sqlState().equals("25006")
        ? "It would write, or lock rows. --write lets it run, and rolls it back."
        : error
            .hint()
            .map(hint -> said(request, error, hint))
            .orElse("The veneer refuses it from an application, too.");
  }

  private static String said(ExplainRequest request, ServerError error, String text) {
    return request.values().inMessage(error.sqlState(), text);
  }

  @Override
  public void close() {
    session.close();
  }
}
