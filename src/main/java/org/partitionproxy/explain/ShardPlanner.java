package org.partitionproxy.explain;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Probe;
import org.partitionproxy.db.ServerError;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.inspect.Values;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/**
 * Shards' plans of what the veneer asks them, made in sessions like those of postgres_fdw. Each is
 * rolled back.
 *
 * @see <a href="https://www.postgresql.org/docs/18/postgres-fdw.html">PostgreSQL, F.38.6 Remote
 *     Query Execution Environment</a>
 */
final class ShardPlanner implements AutoCloseable {

  /** Those of a session of postgres_fdw, and no waiting for locks. */
  private static final Sql AS_POSTGRES_FDW =
      Sql.of(
          """
          SET search_path = pg_catalog;
          SET timezone = 'GMT';
          SET datestyle = ISO;
          SET intervalstyle = postgres;
          SET extra_float_digits = 3;
          SET lock_timeout = '5s'""");

  private record Login(String server, String role) {}

  /** A session, or why there is none. */
  private record Door(Optional<Session> session, String reason) {}

  private final Topology topology;
  private final Connector connector;
  private final Execution execution;
  private final Values values;
  private final Map<Login, Door> doors = new LinkedHashMap<>();

  /**
   * @param values in what shards say of errors
   */
  ShardPlanner(Topology topology, Connector connector, Execution execution, Values values) {
    this.topology = topology;
    this.connector = connector;
    this.execution = execution;
    this.values = values;
  }

  ShardPart plan(String server, Optional<String> role, String sql) {
    Optional<ServerDefinition> shard = topology.findServer(server);
    if (shard.isEmpty()) {
      return ShardPart.missing(server, role, sql, "it is no server of " + topology.file());
    }
    if (role.isEmpty()) {
      return ShardPart.missing(server, role, sql, "there is no user mapping for it");
    }
    Door door =
        doors.computeIfAbsent(new Login(server, role.get()), login -> open(shard.get(), login));
    if (door.session().isEmpty()) {
      return ShardPart.missing(server, role, sql, door.reason());
    }
    try {
      return plan(door.session().get(), server, role.get(), sql);
    } catch (SqlFailure e) {
      doors.put(new Login(server, role.get()), new Door(Optional.empty(), reason(e)));
      return ShardPart.missing(server, role, sql, reason(e));
    }
  }

  private Door open(ServerDefinition shard, Login login) {
    try {
      Session session = connector.as(shard, Identifier.of(login.role()));
      session.execute(AS_POSTGRES_FDW);
      return new Door(Optional.of(session), "");
    } catch (PppException e) {
      return new Door(Optional.empty(), reason(e));
    }
  }

  private static String reason(PppException e) {
    return e.diagnostics().get(0).summary();
  }

  private ShardPart plan(Session session, String server, String role, String sql) {
    Probe prepared = session.probe("PREPARE ppp_explain AS " + sql);
    if (prepared.error().isPresent()) {
      return ShardPart.missing(
          server, Optional.of(role), sql, prepared.error().map(this::told).orElseThrow());
    }
    try {
      int parameters =
          session.probe(VeneerPlanner.COUNT).lines().stream().mapToInt(Integer::parseInt).sum();
      session.execute(
          parameters > 0
              ? Sql.of("SET plan_cache_mode = force_generic_plan")
              : Sql.of("SET plan_cache_mode = auto"));
      return explain(
          session,
          new ShardPart(server, Optional.of(role), sql, false, Optional.empty(), Optional.empty()),
          parameters);
    } finally {
      session.probe("DEALLOCATE ppp_explain");
    }
  }

  private ShardPart explain(Session session, ShardPart part, int parameters) {
    boolean reads = part.sql().startsWith("SELECT ");
    boolean allowed = execution == Execution.WRITE || (execution == Execution.READ && reads);
    boolean runs = allowed && parameters == 0;
    Optional<String> notRun =
        execution == Execution.NONE || runs
            ? Optional.empty()
            : Optional.of(
                parameters > 0
                    ? "not run by itself: its parameters come from the veneer"
                    : "not run by itself: it writes");
    String call =
        " EXECUTE ppp_explain"
            + (parameters == 0
                ? ""
                : Stream.generate(() -> "NULL")
                    .limit(parameters)
                    .collect(Collectors.joining(", ", "(", ")")));
    Probe explained = inTransaction(session, options(runs) + call);
    if (explained.error().isPresent() && runs) {
      notRun = explained.error().map(e -> "not run by itself: " + told(e));
      runs = false;
      explained = inTransaction(session, options(false) + call);
    }
    return withPlan(part, explained, runs, notRun);
  }

  private String told(ServerError error) {
    return values.inMessage(error.sqlState(), error.message());
  }

  private static String options(boolean runs) {
    return runs
        ? "EXPLAIN (ANALYZE, VERBOSE, BUFFERS, FORMAT JSON)"
        : "EXPLAIN (VERBOSE, FORMAT JSON)";
  }

  private Probe inTransaction(Session session, String explain) {
    session.probe(
        execution == Execution.WRITE
            ? "BEGIN ISOLATION LEVEL REPEATABLE READ"
            : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    try {
      return session.probe(explain);
    } finally {
      session.probe("ROLLBACK");
    }
  }

  private ShardPart withPlan(
      ShardPart part, Probe explained, boolean ran, Optional<String> notRun) {
    if (explained.error().isPresent()) {
      return ShardPart.missing(
          part.server(), part.role(), part.sql(), explained.error().map(this::told).orElseThrow());
    }
    List<String> json = explained.lines();
    return new ShardPart(
        part.server(),
        part.role(),
        part.sql(),
        ran,
        Optional.of(Steps.onShard(PlanNode.parse(String.join("\n", json), Optional.empty()))),
        notRun);
  }

  @Override
  public void close() {
    doors.values().forEach(door -> door.session().ifPresent(Session::close));
  }
}
