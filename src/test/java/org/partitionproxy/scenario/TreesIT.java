package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.inspect.LogEntry;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.trace.Forwarded;
import org.partitionproxy.trace.Trace;
import org.partitionproxy.trace.Weaver;

/** What hangs under statements of unusual kinds: each with the tree that it should have. */
class TreesIT {

  @TempDir private Path folder;

  @Test
  void everyKindOfStatementHasItsTree() throws Exception {
    PostgresVersion version = PostgresVersion.embedded();
    // One by itself: others read all that is logged by theirs.
    TestServer server = TestServer.shared("traced", version);
    Scene scene = new Scene(folder, server, server, server);
    scene.run("initialize");
    scene.onShard(
        "bolt",
        "CREATE VIEW slow AS SELECT id, pg_sleep(CASE WHEN id = 3 THEN 60 ELSE 0 END)::text AS slept"
            + " FROM items; GRANT SELECT ON slow TO "
            + scene.appRole());
    scene.run("initialize");
    Traced traced = new Traced(scene);
    String acme = scene.table("acme", "items");
    String bolt = scene.table("bolt", "items");
    try (Connection one = traced.connect();
        Connection other = traced.connect();
        Client superuser = scene.superuser("veneer");
        Client atShard = scene.superuser("shard2")) {
      interleavedCursors(one, acme);
      sameSqlAtTheSameMoment(one, other, acme);
      rolledBack(one, acme);
      cancelled(one, superuser, acme);
      diesInAFetch(other, atShard, scene.table("bolt", "slow"));
      prepared(one, acme);
      fetchedInPieces(one, acme);
      run(one, "SELECT 1; UPDATE " + acme + " SET note = 'multi' WHERE id = 1; SELECT 2");
      run(one, "SELECT note FROM " + acme + " WHERE note = E'\\\\000 it''s \\\\' /* 'a; */ -- b");
      run(one, "INSERT INTO " + bolt + " VALUES (900, '" + "x".repeat(10_000_000) + "')");
      run(one, "SELECT note FROM " + acme + " WHERE id = 3 FOR UPDATE");
    }
    Map<ServerDefinition, List<LogEntry>> logs = traced.logs();
    check(traced, logs, Duration.ZERO);
    // The same with a shard whose clock is minutes ahead.
    check(traced, logs, Duration.ofMinutes(7));
    checkGuesses(traced, logs);
  }

  /** The same where shards' sessions are not called by the veneer's. */
  private static void checkGuesses(Traced traced, Map<ServerDefinition, List<LogEntry>> logs) {
    List<Trace> traces = woven(traced, logs, Duration.ZERO, false);
    assertThat(traces).noneMatch(trace -> trace.exact() && !trace.forwarded().isEmpty());
    assertThat(tree(traces, "a.id AS first"))
        .containsExactly(
            "read shard1 fetches 1 SELECT id FROM", "read shard1 fetches 3 SELECT id, note FROM");
    assertThat(tree(traces, "rolled back")).containsExactly("write shard1 fetches 0 UPDATE");
    assertThat(containing(traces, ".slow").get(0).asked()).hasSize(1);
    assertThat(containing(traces, "same moment").stream().mapToInt(t -> t.asked().size()).sum())
        .isEqualTo(40);
    assertThat(containing(traces, "renamed")).allSatisfy(one -> assertThat(one.asked()).hasSize(1));
    assertThat(tree(traces, "it''s")).containsExactly("read shard1 fetches 1 SELECT note FROM");
    assertThat(tree(traces, "xxxxxxxx")).containsExactly("write shard2 fetches 0 INSERT INTO");
    assertThat(tree(traces, "id = 3 FOR UPDATE"))
        .containsExactly("lock shard1 fetches 1 SELECT id, note FROM");
  }

  private static void check(
      Traced traced, Map<ServerDefinition, List<LogEntry>> logs, Duration ahead) {
    List<Trace> traces = woven(traced, logs, ahead, true);
    assertThat(tree(traces, "a.id AS first"))
        .containsExactly(
            "read shard1 fetches 1 SELECT id FROM", "read shard1 fetches 3 SELECT id, note FROM");
    List<Trace> twins = containing(traces, "same moment");
    assertThat(twins).hasSize(40);
    assertThat(twins).allSatisfy(twin -> assertThat(twin.asked()).hasSize(1));
    assertThat(twins.stream().map(Trace::session).distinct()).hasSize(2);
    assertThat(tree(traces, "rolled back")).containsExactly("write shard1 fetches 0 UPDATE");
    assertThat(containing(traces, "rolled back").get(0).transaction())
        .isEqualTo(containing(traces, "rolled back too").get(0).transaction());
    Trace cancelled = containing(traces, "pg_sleep").get(0);
    assertThat(cancelled.problem().orElseThrow().sqlState()).isEqualTo("57014");
    Trace died = containing(traces, ".slow").get(0);
    assertThat(died.problem()).isPresent();
    assertThat(died.asked()).hasSize(1);
    assertThat(died.asked().get(0).problem().orElseThrow().sqlState()).isEqualTo("57P01");
    assertThat(containing(traces, "renamed")).hasSize(8);
    assertThat(containing(traces, "renamed")).allSatisfy(one -> assertThat(one.asked()).hasSize(1));
    assertThat(tree(traces, "in pieces"))
        .isNotEmpty()
        .allMatch(line -> line.startsWith("read shard1"));
    assertThat(tree(traces, "'multi'")).containsExactly("write shard1 fetches 0 UPDATE");
    assertThat(tree(traces, "it''s")).containsExactly("read shard1 fetches 1 SELECT note FROM");
    assertThat(tree(traces, "xxxxxxxx")).containsExactly("write shard2 fetches 0 INSERT INTO");
    assertThat(tree(traces, "id = 3 FOR UPDATE"))
        .containsExactly("lock shard1 fetches 1 SELECT id, note FROM");
  }

  private static List<Trace> woven(
      Traced traced, Map<ServerDefinition, List<LogEntry>> logs, Duration ahead, boolean named) {
    Weaver weaver = new Weaver(traced.topology(), traced.topology().veneer().name());
    if (!named) {
      traced.topology().shards().forEach(shard -> weaver.guess(shard.name()));
    }
    logs.forEach(
        (server, entries) -> {
          if (!server.isVeneer()) {
            weaver.clock(server.name(), ahead, Duration.ZERO);
          }
          for (LogEntry entry : entries) {
            if (server.isVeneer()) {
              weaver.onVeneer(entry);
            } else {
              weaver.onShard(server.name(), later(entry, ahead, named));
            }
          }
        });
    return weaver.end();
  }

  private static LogEntry later(LogEntry entry, Duration by, boolean named) {
    return new LogEntry(
        entry.timestamp().plus(by),
        entry.sessionId(),
        entry.pid(),
        entry.lineNumber(),
        entry.user(),
        entry.database(),
        named || entry.veneerSession().isEmpty() ? entry.application() : Optional.of("mine"),
        entry.remoteHost(),
        entry.kind(),
        entry.severity(),
        entry.sqlState(),
        entry.message(),
        entry.detail(),
        entry.hint(),
        entry.statement(),
        entry.parameters(),
        entry.durationMillis(),
        entry.queryId(),
        entry.plan(),
        entry.tag(),
        entry.transaction());
  }

  private static List<Trace> containing(List<Trace> traces, String text) {
    return traces.stream().filter(trace -> trace.statement().contains(text)).toList();
  }

  /** Of the first statement with that text: a line for each that was forwarded, to its table. */
  private static List<String> tree(List<Trace> traces, String text) {
    List<String> lines = new ArrayList<>();
    for (Forwarded one : containing(traces, text).get(0).asked()) {
      String sql = one.statement();
      int cut =
          sql.startsWith("UPDATE") ? 6 : sql.startsWith("INSERT") ? 11 : sql.indexOf("FROM") + 4;
      lines.add(
          one.purpose()
              + " "
              + one.shard()
              + " fetches "
              + one.fetches()
              + " "
              + sql.substring(0, cut));
    }
    return lines;
  }

  private static void interleavedCursors(Connection one, String acme) throws SQLException {
    run(
        one,
        "SELECT a.id AS first, b.note FROM "
            + acme
            + " AS a, LATERAL (SELECT * FROM "
            + acme
            + " WHERE id > a.id - random() LIMIT 2) AS b");
  }

  private static void sameSqlAtTheSameMoment(Connection one, Connection other, String acme) {
    String sql = "SELECT note FROM " + acme + " WHERE id = 2 /* same moment */";
    List<CompletableFuture<Void>> both = new ArrayList<>();
    for (Connection connection : List.of(one, other)) {
      both.add(
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < 20; i++) {
                  quietly(connection, sql);
                }
              }));
    }
    both.forEach(CompletableFuture::join);
  }

  private static void rolledBack(Connection one, String acme) throws SQLException {
    one.setAutoCommit(false);
    run(one, "UPDATE " + acme + " SET note = 'rolled back' WHERE id = 1");
    run(one, "SELECT 'rolled back too'");
    one.rollback();
    one.setAutoCommit(true);
  }

  private static void cancelled(Connection one, Client superuser, String acme) {
    CompletableFuture<Void> slow =
        CompletableFuture.runAsync(
            () ->
                assertThatThrownBy(
                        () -> run(one, "SELECT pg_sleep(60), note FROM " + acme + " WHERE id = 1"))
                    .isInstanceOf(SQLException.class));
    await()
        .until(
            () ->
                superuser
                    .value(
                        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
                            + " AND wait_event = 'PgSleep' AND datname = current_database()")
                    .equals("1"));
    quietly(
        superuser,
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
            + " WHERE wait_event = 'PgSleep' AND datname = current_database()");
    slow.join();
  }

  private static void diesInAFetch(Connection one, Client atShard, String slow) {
    CompletableFuture<Void> reading =
        CompletableFuture.runAsync(
            () ->
                assertThatThrownBy(() -> run(one, "SELECT id, slept FROM " + slow))
                    .isInstanceOf(SQLException.class));
    String fetching =
        " FROM pg_stat_activity WHERE query LIKE 'FETCH %' AND state = 'active'"
            + " AND datname = current_database()";
    await().until(() -> atShard.value("SELECT count(*)" + fetching).equals("1"));
    quietly(atShard, "SELECT pg_terminate_backend(pid)" + fetching);
    reading.join();
  }

  private static void prepared(Connection one, String acme) throws SQLException {
    try (PreparedStatement statement =
        one.prepareStatement("SELECT note FROM " + acme + " WHERE id = ? /* renamed */")) {
      for (int i = 0; i < 8; i++) {
        statement.setLong(1, i);
        statement.executeQuery().close();
      }
    }
  }

  private static void fetchedInPieces(Connection one, String acme) throws SQLException {
    one.setAutoCommit(false);
    try (Statement statement = one.createStatement()) {
      statement.setFetchSize(1);
      try (ResultSet rows =
          statement.executeQuery("SELECT id FROM " + acme + " ORDER BY id /* in pieces */")) {
        while (rows.next()) {
          rows.getLong(1);
        }
      }
    }
    one.commit();
    one.setAutoCommit(true);
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void quietly(Connection connection, String sql) {
    try {
      run(connection, sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void quietly(Client client, String sql) {
    try {
      client.rows(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
