package org.partitionproxy.scenario;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.scenario.CompatibilityCase.Step;
import org.postgresql.Driver;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLWarning;
import org.postgresql.util.ServerErrorMessage;

/** A server on which cases are run as a tenant: its shard itself, or the veneer. */
final class CompatibilityEnd implements AutoCloseable {

  private static final Pattern COPY_IN = Pattern.compile("(?is)COPY .* FROM STDIN.*");

  /** Rows of other statements come as it happens. */
  private static final Pattern IN_ORDER = Pattern.compile("^EXPLAIN|ORDER BY");

  private static final Pattern COPY_OUT = Pattern.compile("(?is)COPY .* TO STDOUT.*");

  /** Not a statement: the notifications that have come. */
  private static final String NOTIFICATIONS = "notifications";

  /** Not a statement either: until the application's statement has ended. */
  private static final String WAIT = "wait";

  /** Somebody waits for a lock that a client holds, and not autovacuum. */
  private static final String WAITING =
      """
      SELECT count(*) FROM pg_stat_activity AS waiting
      WHERE datname = current_database() AND wait_event_type = 'Lock'
        AND EXISTS (SELECT FROM pg_stat_activity AS holder
          WHERE holder.pid = ANY (pg_blocking_pids(waiting.pid))
            AND holder.backend_type = 'client backend')""";

  private final Connection app;
  private final Connection other;
  private final Client owner;
  private final List<Client> watchers;
  private final String schema;

  CompatibilityEnd(Scene scene, String server, Client owner, List<Client> watchers)
      throws SQLException {
    this.app = connect(scene, server);
    this.other = connect(scene, server);
    this.owner = owner;
    this.watchers = watchers;
    this.schema = scene.schema("acme");
  }

  private static Connection connect(Scene scene, String server) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", scene.role("acme"));
    properties.setProperty("password", scene.password(scene.role("acme")));
    properties.setProperty("preferQueryMode", "simple");
    Scene.Place place = scene.place(server);
    Connection opened =
        new Driver()
            .connect(
                "jdbc:postgresql://127.0.0.1:" + place.server.port() + "/" + place.database,
                properties);
    if (opened == null) {
      throw new IllegalStateException("the driver does not know its own URL");
    }
    return opened;
  }

  /** What the application sees, statement by statement. */
  List<CompatibilityOutcome> run(CompatibilityCase one) throws SQLException {
    Run run = new Run(one);
    try {
      for (Step step : one.steps()) {
        switch (step.session()) {
          case APP -> run.app(step);
          case OTHER -> run.other(sql(step));
          case OWNER -> owner.execute(sql(step));
        }
      }
    } finally {
      execute(other, "ROLLBACK");
      run.finish();
      execute(app, "ROLLBACK");
      execute(other, "DISCARD ALL");
      execute(app, "DISCARD ALL");
    }
    return run.seen;
  }

  /** One case under way; its last statement may still wait for the other session. */
  private final class Run {
    private final List<CompatibilityOutcome> seen = new ArrayList<>();
    private final boolean contends;
    private final boolean fields;
    private @Nullable CompletableFuture<CompatibilityOutcome> waiting;

    Run(CompatibilityCase one) {
      this.contends = one.contends();
      this.fields = one.fields();
    }

    void app(Step step) throws SQLException {
      finish();
      if (!contends) {
        seen.add(outcome(step, fields));
        return;
      }
      CompletableFuture<CompatibilityOutcome> running =
          CompletableFuture.supplyAsync(() -> outcome(step, fields));
      await(sql(step))
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(10))
          .atMost(Duration.ofMinutes(1))
          .until(() -> running.isDone() || somebodyWaits());
      waiting = running;
      if (running.isDone()) {
        finishWithout();
      }
    }

    void other(String sql) throws SQLException {
      if (sql.equals(WAIT)) {
        finish();
      } else {
        execute(other, sql);
      }
    }

    private void finishWithout() {
      if (waiting != null) {
        seen.add(waiting.join());
        waiting = null;
      }
    }

    void finish() {
      if (waiting != null) {
        seen.add(waiting.orTimeout(1, TimeUnit.MINUTES).join().afterWaiting());
        waiting = null;
      }
    }
  }

  private boolean somebodyWaits() throws SQLException {
    for (Client watcher : watchers) {
      if (!watcher.value(WAITING).equals("0")) {
        return true;
      }
    }
    return false;
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private CompatibilityOutcome outcome(Step step, boolean fields) {
    try {
      return answer(step);
    } catch (SQLException e) {
      ServerErrorMessage error = e instanceof PSQLException p ? p.getServerErrorMessage() : null;
      if (error == null) {
        throw new IllegalStateException(e);
      }
      return new CompatibilityOutcome(
          false,
          String.valueOf(error.getSQLState()),
          plain(String.valueOf(error.getMessage())),
          fields ? fields(error) : "");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The fields that applications go by. */
  private static String fields(ServerErrorMessage error) {
    String constraint = error.getConstraint();
    String column = error.getColumn();
    return (constraint == null ? "" : "constraint " + constraint)
        + (column == null ? "" : "column " + column);
  }

  private String sql(Step step) {
    return step.sql().replace("{schema}", schema);
  }

  /** Without what is only this run's: the name of its schema. */
  private String plain(String text) {
    return text.replace(schema, "acme");
  }

  private CompatibilityOutcome answer(Step step) throws SQLException, IOException {
    PGConnection session = app.unwrap(PGConnection.class);
    if (sql(step).equals(NOTIFICATIONS)) {
      return CompatibilityOutcome.success(notifications(session), "");
    }
    if (COPY_IN.matcher(sql(step)).matches()) {
      long rows = session.getCopyAPI().copyIn(sql(step), new StringReader(step.data()));
      return CompatibilityOutcome.success(rows + " rows", "");
    }
    if (COPY_OUT.matcher(sql(step)).matches()) {
      StringWriter out = new StringWriter();
      session.getCopyAPI().copyOut(sql(step), out);
      return CompatibilityOutcome.success(out.toString(), "");
    }
    try (Statement statement = app.createStatement()) {
      return statement.execute(sql(step))
          ? rows(statement.getResultSet(), IN_ORDER.matcher(sql(step)).find())
          : CompatibilityOutcome.success(
              statement.getUpdateCount() + " rows" + warnings(statement.getWarnings()), "");
    }
  }

  private static String notifications(PGConnection session) throws SQLException {
    StringBuilder text = new StringBuilder("notifications:");
    PGNotification[] come = session.getNotifications();
    for (PGNotification one : come == null ? new PGNotification[0] : come) {
      text.append(' ').append(one.getName()).append(' ').append(one.getParameter());
    }
    return text.toString();
  }

  /** Without ORDER BY, rows have no order that could be the same. */
  private CompatibilityOutcome rows(ResultSet rows, boolean ordered) throws SQLException {
    ResultSetMetaData metadata = rows.getMetaData();
    List<String> columns = new ArrayList<>();
    for (int i = 1; i <= metadata.getColumnCount(); i++) {
      // The driver calls an int4 with a sequence serial, which is no type of the server.
      String type = metadata.getColumnTypeName(i).replace("bigserial", "int8");
      columns.add(metadata.getColumnLabel(i) + " " + type.replace("serial", "int4"));
    }
    List<String> lines = new ArrayList<>();
    while (rows.next()) {
      List<String> values = new ArrayList<>();
      for (int i = 1; i <= columns.size(); i++) {
        values.add(String.valueOf(rows.getString(i)));
      }
      lines.add(String.join(", ", values));
    }
    if (!ordered) {
      Collections.sort(lines);
    }
    String text = lines.isEmpty() ? "no row" : String.join("; ", lines);
    return CompatibilityOutcome.success(plain(text), plain(columns.toString()));
  }

  private static String warnings(@Nullable SQLWarning first) {
    StringBuilder text = new StringBuilder();
    for (SQLWarning warning = first; warning != null; warning = warning.getNextWarning()) {
      if (warning instanceof PSQLWarning w
          && "WARNING".equals(w.getServerErrorMessage().getSeverity())) {
        text.append(CompatibilityOutcome.WARNING).append(warning.getMessage());
      }
    }
    return text.toString();
  }

  @Override
  public void close() throws SQLException {
    app.close();
    other.close();
  }
}
