package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;

/** Foreign keys to converted tables get the columns that they need. */
@Execution(ExecutionMode.CONCURRENT)
class KeyColumnsIT {

  /** An application that knows nothing of chat_created_at. */
  private static final String TABLES =
      """
      CREATE TABLE chats (id bigserial PRIMARY KEY, title text,
        created_at timestamptz NOT NULL DEFAULT '2022-01-03 12:00+00');
      CREATE TABLE messages (id bigserial PRIMARY KEY,
        chat_id bigint NOT NULL REFERENCES chats ON DELETE CASCADE,
        created_at timestamptz NOT NULL DEFAULT '2022-01-04 12:00+00');
      CREATE INDEX ON messages (chat_id);
      CREATE TABLE likes (chat bigint REFERENCES chats ON DELETE SET NULL);
      INSERT INTO chats (created_at)
        SELECT '2022-01-01 00:00+00'::timestamptz + i * interval '1 hour' FROM generate_series(0, 99) AS i;
      INSERT INTO messages (chat_id, created_at)
        SELECT id, created_at + i * interval '1 hour' FROM chats, generate_series(0, 19) AS i;
      INSERT INTO likes SELECT nullif(i % 100, 0) FROM generate_series(1, 1000) AS i;
      """;

  private static final String BEHIND =
      """
      SELECT (SELECT count(*) FROM messages LEFT JOIN chats ON chats.id = chat_id
          WHERE chat_created_at IS DISTINCT FROM chats.created_at)
        + (SELECT count(*) FROM likes LEFT JOIN chats ON chats.id = chat
          WHERE chat_created_at IS DISTINCT FROM chats.created_at)""";

  @TempDir private Path folder;
  private Scene scene;

  private void scene(PostgresVersion version) throws Exception {
    scene =
        new Scene(folder, TestServer.shared("beside-a"), TestServer.shared("beside-c", version));
    scene.withoutMigrations();
    scene.run("initialize");
    scene.onShard("acme", TABLES);
    scene.run("initialize");
  }

  private static String[] convert() {
    return new String[] {
      "partitions",
      "convert",
      "chats",
      "messages",
      "--tenant",
      "acme",
      "--by",
      "created_at",
      "--every",
      "1 day",
      "--ahead",
      "0",
      "--yes",
      "--add-key-columns"
    };
  }

  private String value(String sql) throws SQLException {
    try (Client client = scene.superuser("shard1")) {
      client.execute("SET search_path = " + scene.schema("acme"));
      return client.value(sql);
    }
  }

  /** Writes until it is told to end; returns how many messages it wrote. */
  private int write(AtomicBoolean done, AtomicInteger turns) {
    int written = 0;
    try (Client client = scene.as("shard1", scene.role("acme"))) {
      for (int i = 0; !done.get(); i++) {
        int chat = 1 + i % 50;
        client.execute("INSERT INTO messages (chat_id) VALUES (" + chat + ")");
        written++;
        client.execute("INSERT INTO likes VALUES (" + chat + ")");
        client.execute("UPDATE likes SET chat = 51 WHERE chat = " + chat);
        client.execute(
            "UPDATE chats SET created_at = created_at + interval '%s hours' WHERE id = %s"
                .formatted(i % 7 - 3, chat));
        client.execute("DELETE FROM chats WHERE id = " + (60 + i % 30));
        turns.incrementAndGet();
        LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return written;
  }

  @EveryPostgres
  void areFilledWhileAnApplicationThatDoesNotKnowThemWrites(PostgresVersion version)
      throws Exception {
    scene(version);
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger turns = new AtomicInteger();
    CompletableFuture<Integer> writer = CompletableFuture.supplyAsync(() -> write(done, turns));
    await().until(() -> turns.get() > 5 || writer.isDone());
    StepBarrier.kill(scene, StepBarrier.at(scene, "key columns", "UPDATE"), convert());
    String[] resume = {"workflows", "resume", "shard1-1"};
    StepBarrier.kill(scene, StepBarrier.at(scene, "fill", "UPDATE"), resume);
    StepBarrier.kill(scene, StepBarrier.at(scene, "exchange", "UPDATE"), resume);
    int before = turns.get();
    await().until(() -> turns.get() > before + 5 || writer.isDone());
    assertThat(scene.run(resume)).contains("waiting");
    done.set(true);
    assertThat(value("SELECT count(*) FROM messages WHERE id > 2000"))
        .isEqualTo(Integer.toString(writer.join()));
    assertThat(value(BEHIND)).isEqualTo("0");
    scene.run("workflows", "finish", "shard1-1", "--yes");
    holdsAsBefore();
    scene.run("initialize");
    scene.isInStep();
    assertThat(value("SELECT count(*) FROM pg_namespace WHERE nspname ~ '^ppp_'")).isEqualTo("0");
  }

  private void holdsAsBefore() throws SQLException {
    try (Client application = scene.as("shard1", scene.role("acme"))) {
      application.execute("INSERT INTO messages (chat_id) VALUES (60 - 1)");
      assertThat(application.refusal("INSERT INTO messages (chat_id) VALUES (4711)"))
          .isEqualTo("23503");
      assertThat(application.refusal("INSERT INTO likes VALUES (4711)")).isEqualTo("23503");
      application.execute("INSERT INTO likes VALUES (NULL), (55)");
      // To another partition, and all that refers to it knows.
      application.execute("UPDATE chats SET created_at = '2022-01-01' WHERE id IN (55, 59)");
      application.execute("UPDATE likes SET chat = 56 WHERE chat = 55");
      application.execute("DELETE FROM chats WHERE id = 57");
      assertThat(application.value("SELECT count(*) FROM messages WHERE chat_id = 57"))
          .isEqualTo("0");
      assertThat(application.value("SELECT count(*) FROM likes WHERE chat = 57")).isEqualTo("0");
      assertThat(application.value(BEHIND)).isEqualTo("0");
    }
  }

  @Test
  void goWithAnAbort() throws Exception {
    scene(PostgresVersion.embedded());
    String columns =
        "SELECT string_agg(attname, ' ' ORDER BY attrelid, attnum) FROM pg_attribute"
            + " WHERE attrelid IN ('likes'::regclass, 'messages'::regclass) AND attnum > 0 AND NOT attisdropped";
    String others =
        "SELECT (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgname <> 'barrier') + (SELECT count(*) FROM pg_proc"
            + " WHERE proname <> '_ppp_guard' AND pronamespace = '"
            + scene.schema("acme")
            + "'::regnamespace)";
    String before = value(columns) + value(others);
    StepBarrier.kill(scene, StepBarrier.at(scene, "exchange", "INSERT"), convert());
    scene.run("workflows", "abort", "shard1-1");
    assertThat(value(columns) + value(others)).isEqualTo(before);
    scene.run(convert());
    assertThat(value(BEHIND)).isEqualTo("0");
    scene.run("workflows", "abort", "shard1-2");
    assertThat(value(columns) + value(others)).isEqualTo(before);
    assertThat(value("SELECT count(*) FROM pg_namespace WHERE nspname ~ '^ppp_'")).isEqualTo("0");
    scene.isInStep();
  }
}
