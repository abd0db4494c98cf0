package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.partitionproxy.secret.ScramVerifier;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.secret.SecretStore;
import org.partitionproxy.testing.TestServer;

/** The password by which a replica logs in at its shard. */
@Execution(ExecutionMode.CONCURRENT)
class ReplicationPasswordIT {

  @TempDir private Path folder;
  private Scene scene;

  private String role() {
    return scene.database() + "_replication";
  }

  private String walSenders(String columns) throws SQLException {
    try (Client shard = scene.superuser("shard1")) {
      return shard.value(
          "SELECT %s FROM pg_stat_activity WHERE usename = '%s' AND backend_type = 'walsender'"
              .formatted(columns, role()));
    }
  }

  private void arrives(int id) throws SQLException {
    scene.onShard("acme", "INSERT INTO items VALUES (" + id + ", 'new')");
    try (Client copy = scene.superuser("copy")) {
      await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () ->
                  copy.value(
                          "SELECT count(*) FROM " + scene.table("acme", "items WHERE id = " + id))
                      .equals("1"));
    }
  }

  private void isRefused(String password) {
    assertThatThrownBy(
            () ->
                new Client(scene.place("shard1").server.port(), scene.database(), role(), password))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
  }

  @Test
  void isChangedOnBothEndsWhileTheReplicaFollows() throws Exception {
    TestServer shard = TestServer.shared("beside-a");
    TestServer copy = TestServer.shared("beside-c");
    scene = new Scene(folder, TestServer.shared("beside-b"), shard);
    scene.replica("shard1", "copy", copy, ", tables: [items]");
    scene.run("initialize");
    arrives(11);
    String first = scene.password(role());

    assertThat(scene.run("secrets", "rotate", "--yes")).contains(role());
    String second = scene.password(role());
    assertThat(second).isNotEqualTo(first);
    isRefused(first);
    arrives(12);
    walSenders("count(pg_terminate_backend(pid, 5000))");
    arrives(13);
    assertThat(scene.run("plan")).endsWith(Scene.NOTHING_TO_DO);
    assertThat(scene.run("status", "-o", "openmetrics"))
        .containsPattern("ppp_replica_state\\{[^}]*replica=\"copy\"[^}]*,state=\"following\"} 1\n")
        .containsPattern("ppp_replica_lag_bytes\\{[^}]*replica=\"copy\",shard=\"shard1\"} [0-9]");

    // As a run leaves it that is killed when the shard knows the new password, and the replica not.
    SecretName name = SecretName.ofRole(role());
    Secret next =
        SecretStore.open(folder.resolve(".ppp"), scene.name())
            .beginRotation(List.of(name))
            .get(name);
    try (Client superuser = scene.superuser("shard1")) {
      superuser.execute("ALTER ROLE " + role() + " PASSWORD '" + ScramVerifier.of(next) + "'");
    }
    walSenders("count(pg_terminate_backend(pid, 5000))");
    assertThat(scene.run("secrets", "rotate", role(), "--yes"))
        .startsWith("Finished: new passwords for " + role() + ".\n");
    isRefused(second);
    arrives(14);
    assertThat(shard.log() + copy.log())
        .contains("ALTER ROLE")
        .doesNotContain(first)
        .doesNotContain(second)
        .doesNotContain(next.reveal());
    scene.run("teardown", "--all", "--drop-data", "--yes");
  }
}
