package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.testing.Running;
import org.partitionproxy.testing.TestServer;

/** {@code kill -9} of ppp, wherever it is: the next run goes on from there. */
class KilledRunIT {

  @TempDir private Path folder;
  private Scene scene;

  @BeforeEach
  void writeTheTopology() throws Exception {
    scene =
        new Scene(folder, TestServer.shared("a"), TestServer.shared("b"), TestServer.shared("c"));
  }

  private void killAt(String server, String database, String relation, String command)
      throws Exception {
    try (Barrier barrier = new Barrier(scene.superuser(server, database), relation)) {
      Running ppp = scene.start(command);
      barrier.awaitWaiting(1);
      ppp.kill();
    }
  }

  /**
   * Until a server has made the database for a run that was killed meanwhile: it may also notice in
   * time that nobody waits for it.
   */
  private void killBeforeTheDatabaseIsThere() throws Exception {
    for (int i = 0; i < 10 && !hasDatabase("veneer"); i++) {
      killAt("veneer", "postgres", "pg_database", "initialize");
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                try (Client superuser = scene.superuser("veneer", "postgres")) {
                  return superuser
                      .value(
                          "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%\""
                              + scene.database()
                              + "\"%' AND pid <> pg_backend_pid()")
                      .equals("0");
                }
              });
    }
    assertThat(hasDatabase("veneer")).isTrue();
  }

  private boolean hasDatabase(String server) throws Exception {
    try (Client superuser = scene.superuser(server, "postgres")) {
      return superuser
          .value("SELECT count(*) FROM pg_database WHERE datname = '" + scene.database() + "'")
          .equals("1");
    }
  }

  @Test
  void initializeGoesOnFromEveryStage() throws Exception {
    killBeforeTheDatabaseIsThere();
    killAt("veneer", scene.database(), "pg_namespace", "initialize");
    killAt("veneer", scene.database(), "pg_proc", "initialize");
    killAt("veneer", "postgres", "pg_authid", "initialize");
    killAt("veneer", "postgres", "pg_auth_members", "initialize");
    killAt("shard1", scene.database(), "pg_namespace", "initialize");
    killAt("shard1", scene.database(), "ppp.tenant", "initialize");
    killAt("shard1", scene.database(), "pg_class", "initialize");
    killAt("veneer", scene.database(), "pg_extension", "initialize");
    killAt("veneer", scene.database(), "pg_user_mapping", "initialize");
    killAt("veneer", scene.database(), "pg_foreign_table", "initialize");
    killAt("veneer", scene.database(), "pg_statistic", "initialize");
    killAt("veneer", scene.database(), "ppp.tenant", "initialize");
    assertThat(scene.run("plan")).isNotEqualTo(Scene.NOTHING_TO_DO);
    scene.run("initialize");
    scene.isInStep();
    scene.showsEveryTenant(3);
    isAsIfNeverKilled();
  }

  /** Made by ppp, by its ledger: otherwise a teardown would leave it behind. */
  private void isAsIfNeverKilled() throws SQLException {
    try (Client veneer = scene.superuser("veneer")) {
      assertThat(veneer.rows("SELECT kind, count(*) FROM ppp.object GROUP BY kind ORDER BY kind"))
          .containsExactly(
              "database|1",
              "extension|1",
              "foreign server|2",
              "ledger|1",
              "role|5",
              "schema|2",
              "user mapping|8");
      assertThat(veneer.rows("SELECT tables FROM ppp.tenant"))
          .containsExactly("{items}", "{items}");
      assertThat(veneer.value("SELECT count(*) FROM ppp.run WHERE finished_at IS NOT NULL"))
          .isEqualTo("1");
    }
    scene.run("teardown", "--all", "--drop-data", "--yes");
    scene.leftNoRoles();
  }

  @Test
  void aDatabaseThatAKilledRunIsStillMakingIsTakenOver() throws Exception {
    Running second;
    try (Barrier barrier = new Barrier(scene.superuser("veneer", "postgres"), "pg_database")) {
      Running first = scene.start("initialize");
      barrier.awaitWaiting(1);
      List<String> ofTheFirst = barrier.sessions();
      first.kill();
      second = scene.start("initialize");
      // The server notices within some seconds that the first is gone: both are fine.
      barrier.awaitAnotherThan(ofTheFirst);
    }
    assertThat(second.status()).as(second.err()).isZero();
    scene.isInStep();
    scene.showsEveryTenant(3);
  }

  @Test
  void migrateGoesOnFromEveryStage() throws Exception {
    scene.run("initialize");
    scene.migration(
        "V2__tags.sql",
        "ALTER TABLE items ADD tag text; INSERT INTO items VALUES (4, 'note 4', 'new');");
    scene.migration("V3__prices.sql", "CREATE TABLE prices (id bigint, price numeric(10, 2));");
    killAt("shard1", scene.database(), "pg_attribute", "migrate");
    killAt("shard1", scene.database(), scene.table("acme", "flyway_schema_history"), "migrate");
    killAt("veneer", scene.database(), "pg_attribute", "migrate");
    killAt("veneer", scene.database(), "ppp.tenant", "migrate");
    scene.run("migrate");
    scene.isInStep();
    scene.showsEveryTenant(4);
    try (Client own = scene.as("veneer", scene.role("bolt"))) {
      assertThat(own.value("SELECT count(*) FROM prices")).isEqualTo("0");
      assertThat(own.value("SELECT count(tag) FROM items")).isEqualTo("1");
    }
  }
}
