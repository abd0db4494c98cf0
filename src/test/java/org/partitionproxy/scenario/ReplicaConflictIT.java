package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.partitionproxy.cli.InProcess;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;

/**
 * Somebody changes a replica, or the shard's tables, by hand: what that stops is said, with why.
 */
@Execution(CONCURRENT)
class ReplicaConflictIT {

  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration SELDOM = Duration.ofMillis(400);

  @TempDir private Path folder;

  @EveryPostgres
  void whatIsInTheWayIsNamedAndMended(PostgresVersion version) throws Exception {
    Scene scene =
        new Scene(
            folder, TestServer.shared("beside-a", version), TestServer.shared("beside-b", version));
    scene.replica("shard1", "copy", TestServer.shared("beside-a", version), "");
    scene.retries("copy", "1s");
    scene.run("initialize");
    isTheSame(scene);
    aRowIsSkipped(scene);
    if (version.equals(PostgresVersion.embedded())) {
      aCopyIsRefused(scene);
      aColumnIsMissingOnTheReplica(scene);
      aColumnIsNewOnTheShard(scene);
    }
    scene.run("teardown", "--all", "--drop-data", "--yes");
  }

  private static void aRowIsSkipped(Scene scene) throws SQLException {
    String items = scene.table("acme", "items");
    onCopy(scene, "INSERT INTO " + items + " VALUES (8, 'in the way')");
    scene.onShard("acme", "INSERT INTO items VALUES (8, 'of the shard'), (9, 'along with it')");
    String named = scene.schema("acme") + ".items";
    tells(scene, "replicas", named, "key (id)=(8)", "`ppp replicas resync copy items`");
    assertThat(scene.ppp("status").err()).contains(named, "key (id)=(8)", "replicas skip copy");
    assertThat(scene.ppp("replicas", "--output", "json").out())
        .contains("\"key\": \"(id)=(8)\"", "\"table\": \"" + named + "\"", "\"lsn\": \"");
    assertThat(scene.ppp("replicas", "skip", "copy").err()).contains("Add --yes", "(id)=(8)");
    assertThat(scene.run("replicas", "skip", "copy", "--yes")).contains("goes on without");
    InProcess.Result verified = scene.ppp("replicas", "verify", "copy");
    assertThat(verified.out()).containsPattern("items +5 +4 +different");
    assertThat(verified.status()).isEqualTo(10);
    assertThat(scene.ppp("replicas", "skip", "copy", "--yes").err()).contains("PPP1604");
    scene.run("replicas", "resync", "copy", "items");
    isTheSame(scene);
  }

  private static void aCopyIsRefused(Scene scene) throws SQLException {
    String items = scene.table("acme", "items");
    onCopy(scene, "ALTER TABLE " + items + " ADD CONSTRAINT few CHECK (id < 9) NOT VALID");
    scene.run("replicas", "resync", "copy", "items");
    tells(scene, "status", "violates check constraint \"few\"");
    onCopy(scene, "ALTER TABLE " + items + " DROP CONSTRAINT few");
    isTheSame(scene);
  }

  /** What it had in it is not made up. */
  private static void aColumnIsMissingOnTheReplica(Scene scene) throws SQLException {
    onCopy(scene, "ALTER TABLE " + scene.table("acme", "items") + " DROP COLUMN note");
    scene.onShard("acme", "INSERT INTO items VALUES (10, 'ten')");
    tells(scene, "status", "missing replicated column: \"note\"", "initialize --only replicas`");
    scene.run("initialize", "--only", "replicas");
    isTheSame(scene);
  }

  private static void aColumnIsNewOnTheShard(Scene scene) throws SQLException {
    scene.onShard("acme", "ALTER TABLE items ADD kind text");
    scene.onShard("acme", "UPDATE items SET kind = 'new'");
    tells(scene, "status", "missing replicated column: \"kind\"", "initialize --only replicas`");
    scene.run("initialize");
    isTheSame(scene);
    scene.isInStep();
  }

  private static void tells(Scene scene, String command, String... words) {
    await()
        .atMost(LONGEST)
        .pollInterval(SELDOM)
        .untilAsserted(() -> assertThat(scene.ppp(command).err()).contains(words));
  }

  /** Once it is copied. */
  private static void isTheSame(Scene scene) {
    await()
        .atMost(LONGEST)
        .pollInterval(SELDOM)
        .until(() -> scene.ppp("replicas").out().contains("following"));
    assertThat(scene.run("replicas", "verify", "copy")).contains("the same");
  }

  private static void onCopy(Scene scene, String sql) throws SQLException {
    try (Client superuser = scene.superuser("copy")) {
      superuser.execute(sql);
    }
  }
}
