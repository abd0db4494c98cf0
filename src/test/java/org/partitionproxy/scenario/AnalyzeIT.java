package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;

/** {@code ppp analyze}: statistics on the veneer follow what changed on the shards. */
class AnalyzeIT {

  private static final String NOTHING = "Nothing to do: the statistics fit the tables.\n";

  @TempDir private Path folder;
  private Scene scene;

  private void onShard(String sql) throws SQLException {
    try (Client owner = scene.superuser("shard1")) {
      owner.execute("SET search_path = \"" + scene.schema("acme") + "\"");
      owner.execute(sql);
      // Counters reach everybody when the session has nothing else to do.
      owner.execute("SELECT pg_stat_force_next_flush()");
    }
  }

  private String estimate(String table) throws SQLException {
    try (Client superuser = scene.superuser("veneer")) {
      return superuser.value(
          "SELECT reltuples FROM pg_class WHERE oid = '"
              + scene.table("acme", table)
              + "'::regclass");
    }
  }

  @EveryPostgres
  void analyzesWhatHasChangedMuchAndNothingElse(PostgresVersion version) throws Exception {
    TestServer server = TestServer.shared("a", version);
    scene = new Scene(folder, server, server);
    scene.migration(
        "V2__parts.sql",
        """
        CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at);
        CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        CREATE VIEW seen AS SELECT * FROM items;
        """);
    assertThat(scene.ppp("analyze").err()).contains("error[PPP508]", "`ppp initialize`");
    scene.run("initialize");
    assertThat(scene.run("analyze")).isEqualTo(NOTHING);

    onShard("INSERT INTO items SELECT n, 'more' FROM generate_series(4, 1000) AS n");
    onShard("INSERT INTO parts SELECT n, '2026-03-01' FROM generate_series(1, 500) AS n");
    String before = estimate("items");
    assertThat(scene.run("analyze", "--dry-run"))
        .containsPattern("veneer +acme +\\S+\\.items +1000 +997 +changed")
        .containsPattern("veneer +acme +\\S+\\.parts +500 +500 +never analyzed")
        .endsWith("\n2 tables would be analyzed.\n");
    assertThat(estimate("items")).isEqualTo(before);
    assertThat(scene.run("analyze", "--output", "json"))
        .contains("\"reason\": \"never\"", "\"table\": \"parts\"", "\"rows\": 1000");
    assertThat(estimate("items")).isEqualTo("1000");
    assertThat(estimate("parts")).isEqualTo("500");
    assertThat(scene.run("analyze")).isEqualTo(NOTHING);
    scene.isInStep();

    onShard("UPDATE items SET note = 'less' WHERE id < 100");
    assertThat(scene.run("analyze")).isEqualTo(NOTHING);
    onShard("UPDATE items SET note = 'less' WHERE id < 100");
    assertThat(scene.run("analyze"))
        .containsPattern("items +1000 +198 +changed")
        .contains("\n1 table analyzed in ");
    assertThat(scene.run("analyze", "--all", "--tenant", "ac*"))
        .contains("asked for", "\n2 tables analyzed in ");
    assertThat(scene.run("history")).contains("analyze");
  }
}
