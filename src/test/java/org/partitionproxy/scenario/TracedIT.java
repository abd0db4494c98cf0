package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.inspect.LogEntry;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;
import org.partitionproxy.trace.Forwarded;
import org.partitionproxy.trace.Trace;
import org.partitionproxy.trace.Weaver;

/**
 * By brute force: what was forwarded hangs under the statement that caused it, and nothing is lost.
 */
class TracedIT {

  private static final int SESSIONS = 4;
  private static final int STATEMENTS = 10_000 / SESSIONS;
  private static final Pattern MARK = Pattern.compile("\\b[1-9][0-9]{6}\\b");

  @TempDir private Path folder;

  @Test
  void everyForwardedStatementHangsUnderTheOneThatCausedIt() throws Exception {
    PostgresVersion version = PostgresVersion.embedded();
    // One by itself: others read all that is logged by theirs.
    TestServer server = TestServer.shared("traced", version);
    Scene scene = new Scene(folder, server, server, server);
    scene.run("initialize");
    Traced traced = new Traced(scene);
    ExecutorService threads = Executors.newFixedThreadPool(SESSIONS);
    List<Future<?>> sessions = new ArrayList<>();
    for (int session = 0; session < SESSIONS; session++) {
      int number = session;
      sessions.add(
          threads.submit(
              () -> {
                try (Connection connection = traced.connect()) {
                  new Work(scene, connection, number).run(STATEMENTS);
                }
                return true;
              }));
    }
    for (Future<?> session : sessions) {
      session.get();
    }
    threads.shutdown();
    Topology topology = traced.topology();
    Map<ServerDefinition, List<LogEntry>> logs = traced.logs();
    check(topology, logs);
  }

  private static void check(Topology topology, Map<ServerDefinition, List<LogEntry>> logs) {
    Weaver weaver = new Weaver(topology, topology.veneer().name());
    logs.forEach(
        (server, entries) ->
            entries.forEach(
                entry -> {
                  if (server.isVeneer()) {
                    weaver.onVeneer(entry);
                  } else {
                    weaver.onShard(server.name(), entry);
                  }
                }));
    List<Trace> traces = weaver.end();
    List<String> wrong = new ArrayList<>();
    Set<String> asked = new TreeSet<>();
    int forwarded = 0;
    for (Trace trace : traces) {
      Set<String> marks = marks(trace.statement() + " " + trace.parameters().orElse(""));
      for (Forwarded one : trace.asked()) {
        forwarded++;
        Set<String> of = marks(one.statement() + " " + one.parameters().orElse(""));
        asked.addAll(of);
        if (!marks.containsAll(of)) {
          wrong.add(
              trace.begin()
                  + " "
                  + trace.statement()
                  + " <- "
                  + one.shard()
                  + " "
                  + one.begin()
                  + " "
                  + one.statement());
        }
      }
    }
    assertThat(forwarded).as("forwarded statements").isGreaterThan(STATEMENTS * SESSIONS / 2);
    assertThat(wrong).isEmpty();
    assertThat(asked).isEqualTo(logged(logs));
  }

  /** The numbers in what the shards were asked, by their logs. */
  private static Set<String> logged(Map<ServerDefinition, List<LogEntry>> logs) {
    Set<String> marks = new TreeSet<>();
    logs.forEach(
        (server, entries) ->
            entries.stream()
                .filter(
                    entry ->
                        !server.isVeneer() && entry.application().orElse("").startsWith("ppp:"))
                .forEach(
                    entry ->
                        marks.addAll(
                            marks(
                                entry.statement().orElse("")
                                    + " "
                                    + entry.parameters().orElse("")))));
    return marks;
  }

  private static Set<String> marks(String text) {
    Set<String> marks = new TreeSet<>();
    Matcher matcher = MARK.matcher(text);
    while (matcher.find()) {
      marks.add(matcher.group());
    }
    return marks;
  }

  /** Random statements of one session, each with numbers that no other has. */
  private static final class Work {
    private final Scene scene;
    private final Connection connection;
    private final Random random;
    private int mark;

    Work(Scene scene, Connection connection, int number) {
      this.scene = scene;
      this.connection = connection;
      this.random = new Random(42 + number);
      this.mark = 1_000_000 * (number + 1);
    }

    void run(int statements) throws SQLException {
      for (int i = 0; i < statements; i++) {
        if (random.nextInt(6) == 0) {
          i += transaction();
        } else {
          statement(true);
        }
      }
    }

    private int transaction() throws SQLException {
      connection.setAutoCommit(false);
      int count = 1 + random.nextInt(5);
      for (int i = 0; i < count; i++) {
        if (random.nextInt(4) == 0) {
          Savepoint savepoint = connection.setSavepoint();
          statement(false);
          connection.rollback(savepoint);
        } else {
          statement(false);
        }
      }
      if (random.nextBoolean()) {
        connection.commit();
      } else {
        connection.rollback();
      }
      connection.setAutoCommit(true);
      return count;
    }

    private void statement(boolean mayFail) throws SQLException {
      String acme = scene.table("acme", "items");
      String bolt = scene.table("bolt", "items");
      String one = random.nextBoolean() ? acme : bolt;
      switch (random.nextInt(mayFail ? 10 : 9)) {
        case 0 -> simple("SELECT " + next());
        case 1, 2 -> simple("SELECT note FROM " + one + " WHERE id = " + next());
        case 3 -> prepared("SELECT note FROM " + one + " WHERE id = ?");
        case 4 -> {
          int both = next();
          simple(
              "SELECT count(*) FROM "
                  + acme
                  + " AS a, "
                  + bolt
                  + " AS b WHERE a.id = "
                  + both
                  + " AND b.id = "
                  + both);
        }
        case 5 -> prepared("INSERT INTO " + one + " VALUES (?, 'x')");
        case 6 -> simple("UPDATE " + one + " SET note = 'y' WHERE id = " + next());
        case 7 -> simple("DELETE FROM " + one + " WHERE id = " + next());
        case 8 ->
            simple(
                "SELECT note FROM "
                    + acme
                    + " WHERE id < "
                    + next()
                    + " UNION ALL SELECT note FROM "
                    + bolt
                    + " WHERE id > "
                    + mark);
        default -> {
          try {
            simple("SELECT 1 / (id - id) FROM " + one + " WHERE id < " + next());
          } catch (SQLException e) {
            assertThat(e.getSQLState()).isEqualTo("22012");
          }
        }
      }
    }

    private int next() {
      return ++mark;
    }

    private void simple(String sql) throws SQLException {
      try (Statement statement = connection.createStatement()) {
        if (statement.execute(sql)) {
          drain(statement.getResultSet());
        }
      }
    }

    private void prepared(String sql) throws SQLException {
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        statement.setLong(1, next());
        if (statement.execute()) {
          drain(statement.getResultSet());
        }
      }
    }

    private static void drain(ResultSet rows) throws SQLException {
      while (rows.next()) {
        rows.getString(1);
      }
    }
  }
}
