package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.partitionproxy.cli.InProcess;
import org.partitionproxy.testing.TestServer;

/** Servers of a replication are stopped and killed: nothing is lost, and what to do is said. */
@Execution(CONCURRENT)
@ResourceLock("servers that replicate and fail")
class ReplicaFaultsIT {

  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration SELDOM = Duration.ofMillis(400);

  private final TestServer source = TestServer.shared("beside-source");
  private final TestServer follower = TestServer.shared("beside-follower");
  @TempDir private Path folder;
  private Scene scene;

  @BeforeEach
  void follow() throws Exception {
    scene = new Scene(folder, TestServer.shared("beside-a"), source);
    scene.replica("shard1", "copy", follower, "");
    scene.run("initialize");
    await()
        .atMost(LONGEST)
        .pollInterval(SELDOM)
        .until(() -> scene.run("replicas").contains("following"));
  }

  @AfterEach
  void leaveNothing() throws SQLException {
    source.restart();
    follower.restart();
    keepsAtMost("-1");
    scene.run("teardown", "--all", "--drop-data", "--yes");
    try (Client shard = scene.superuser("shard1", "postgres");
        Client copy = scene.superuser("copy", "postgres")) {
      assertThat(shard.rows("SELECT slot_name FROM pg_replication_slots")).isEmpty();
      assertThat(copy.rows("SELECT subname FROM pg_subscription")).isEmpty();
    }
  }

  @Test
  void catchesUpWhateverServerWasAway() throws Exception {
    StubbornWriter writer = new StubbornWriter(this::owner, 100);
    try (writer) {
      follower.stop();
      writesMore(writer);
      InProcess.Result away = scene.ppp("replicas");
      assertThat(away.status()).isEqualTo(4);
      assertThat(away.out()).containsPattern("copy +shard1 +unknown .* [0-9]+ kB ");
      follower.restart();
      writesMore(writer);
      source.kill();
      source.restart();
      writesMore(writer);
    }
    isTheSame();
    assertThat(onCopy("SELECT id FROM %s WHERE id >= 100 ORDER BY id"))
        .containsAll(writer.acknowledged());
  }

  private Client owner() throws SQLException {
    Client owner = scene.as("shard1", scene.adminRole());
    owner.execute("SET search_path = " + scene.schema("acme"));
    return owner;
  }

  private static void writesMore(StubbornWriter writer) {
    int before = writer.acknowledged().size();
    await().atMost(LONGEST).until(() -> writer.acknowledged().size() > before + 20);
  }

  @Test
  void warnsBeforeTheShardGivesUpAndIsCopiedAnewAfterIt() throws Exception {
    follower.stop();
    keepsAtMost("64MB");
    writeSegments(3);
    String warning =
        "shard \"shard1\" keeps [34]. MB of WAL for replica \"copy\", and may keep 64 MB";
    assertThat(scene.ppp("plan").out()).containsPattern("note: " + warning);
    assertThat(scene.ppp("status").err()).containsPattern("warning\\[PPP1602]: " + warning);
    assertThat(scene.ppp("replicas").err()).containsPattern("warning\\[PPP1602]: " + warning);
    writeSegments(5);
    String lost = "shard \"shard1\" does not have any more what replica \"copy\" has not read yet";
    InProcess.Result replicas = scene.ppp("replicas");
    assertThat(replicas.out()).containsPattern("copy +shard1 +lost");
    assertThat(replicas.err()).contains(lost, "`ppp initialize --only replicas`");
    follower.restart();
    scene.onShard("acme", "DELETE FROM items WHERE id = 2; INSERT INTO items VALUES (4, 'four')");
    assertThat(scene.ppp("status").err()).contains("error[PPP1602]: " + lost);
    scene.run("initialize", "--only", "replicas");
    scene.isInStep();
    isTheSame();
    assertThat(slots()).hasSize(1);
  }

  private void keepsAtMost(String size) throws SQLException {
    try (Client shard = scene.superuser("shard1")) {
      shard.execute("ALTER SYSTEM SET max_slot_wal_keep_size = '" + size + "'");
      shard.execute("SELECT pg_reload_conf()");
    }
  }

  /** Of 16 MB each. */
  private void writeSegments(int segments) throws SQLException {
    try (Client shard = scene.superuser("shard1")) {
      for (int i = 0; i < segments; i++) {
        shard.execute("SELECT pg_logical_emit_message(false, 'test', ''), pg_switch_wal()");
      }
      shard.execute("CHECKPOINT");
    }
  }

  @Test
  void nothingIsLeftOnTheShardOfAReplicaThatDiedWhileItCopied() throws Exception {
    try (Client copy = scene.superuser("copy");
        Client held = scene.superuser("copy")) {
      String items = scene.table("acme", "items");
      copy.execute(
          "CREATE FUNCTION public.wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN"
              + " PERFORM pg_advisory_xact_lock(1); RETURN NEW; END';"
              + "CREATE TRIGGER waits BEFORE INSERT ON %1$s FOR EACH ROW EXECUTE FUNCTION public.wait();"
                  .formatted(items)
              + "ALTER TABLE %s ENABLE ALWAYS TRIGGER waits".formatted(items));
      held.execute("SELECT pg_advisory_lock(1)");
      scene.run("replicas", "resync", "copy", "items");
      await().atMost(LONGEST).until(() -> slots().size() == 2);
      await()
          .atMost(LONGEST)
          .until(
              () ->
                  !held.rows("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                      .isEmpty());
      follower.kill();
    }
    assertThat(slots()).hasSize(2);
    assertThat(scene.ppp("replicas", "drop", "copy", "--yes").status()).isEqualTo(4);
    assertThat(scene.run("replicas", "drop", "copy", "--yes", "--force"))
        .contains("`ppp replicas drop copy` once more");
    assertThat(slots()).isEmpty();
    follower.restart();
    try (Client copy = scene.superuser("copy")) {
      copy.execute("DROP FUNCTION public.wait CASCADE");
    }
    assertThat(scene.ppp("status").err())
        .contains("Its slot is gone. `ppp initialize --only replicas`");
    scene.run("initialize");
    scene.isInStep();
    isTheSame();
    await().atMost(LONGEST).until(() -> slots().size() == 1);
  }

  /** Once it is copied. */
  private void isTheSame() {
    await()
        .atMost(LONGEST)
        .pollInterval(SELDOM)
        .until(() -> scene.ppp("replicas").out().contains("following"));
    assertThat(scene.run("replicas", "verify", "copy")).contains("the same");
  }

  private List<String> slots() throws SQLException {
    try (Client shard = scene.superuser("shard1")) {
      return shard.rows("SELECT slot_name FROM pg_replication_slots");
    }
  }

  private List<String> onCopy(String query) throws SQLException {
    try (Client copy = scene.superuser("copy")) {
      return copy.rows(query.formatted(scene.table("acme", "items")));
    }
  }
}
