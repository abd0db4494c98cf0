package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.partitionproxy.cli.InProcess;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;

/** Materialized views that follow their tables. */
@Execution(ExecutionMode.CONCURRENT)
class RollupsIT {

  private static final String NOTHING = "Nothing to do: nothing was refreshed.\n";

  private static final String OPERATIONS =
      """
      CREATE TABLE operations (client int, kind text, at date, amount int) PARTITION BY RANGE (at);
      CREATE TABLE operations_1 PARTITION OF operations FOR VALUES FROM ('2026-01-01') TO ('2026-07-01');
      CREATE TABLE operations_2 PARTITION OF operations FOR VALUES FROM ('2026-07-01') TO ('2027-01-01');
      INSERT INTO operations VALUES (1, 'in', '2026-02-01', 5), (1, 'in', '2026-08-01', 6), (2, 'out', '2026-02-01', 1);
      CREATE VIEW settled AS SELECT client, kind, amount FROM operations WHERE amount > 0;
      CREATE MATERIALIZED VIEW mv_sum AS
        SELECT client, kind, sum(amount) AS total FROM settled GROUP BY client, kind WITH NO DATA;
      CREATE UNIQUE INDEX ON mv_sum (client, kind);
      """;

  @TempDir private Path folder;
  private Scene scene;

  /** Tenants acme and cato on shard1. */
  private void scene(PostgresVersion version, String rollups) throws Exception {
    scene =
        new Scene(folder, TestServer.shared("beside-a"), TestServer.shared("beside-b", version));
    scene.tenant("cato", "shard1");
    scene.migration("V2__operations.sql", OPERATIONS);
    scene.line("rollups: { " + rollups + " }");
  }

  private void onShard(String sql) throws SQLException {
    try (Client owner = scene.as("shard1", scene.adminRole())) {
      owner.execute("SET search_path = \"" + scene.schema("acme") + "\"");
      owner.execute(sql);
    }
    // The counters of a session that ended are told when it is gone.
    try (Client superuser = scene.superuser("shard1")) {
      await()
          .until(
              () ->
                  superuser
                      .value(
                          "SELECT count(*) FROM pg_stat_activity WHERE usename = '"
                              + scene.adminRole()
                              + "' AND datname = current_database()")
                      .equals("0"));
    }
  }

  private String totals() throws SQLException {
    try (Client own = scene.as("veneer", scene.role("acme"))) {
      return String.join(
          " ", own.rows("SELECT client, kind, total FROM mv_sum ORDER BY client, kind"));
    }
  }

  /** What a run that looks for changes tells. */
  private String changed() {
    InProcess.Result result = scene.ppp("rollups", "refresh", "mv_sum", "--changed");
    assertThat(result.status()).as(result.err()).isZero();
    return result.out() + result.err();
  }

  @EveryPostgres
  void followsEveryChangeAndAddsTheTenantsUp(PostgresVersion version) throws Exception {
    scene(version, "mv_sum: { refresh: after changes }");
    scene.everyone(true);
    scene.run("initialize");
    assertThat(scene.run("plan")).contains("\"rollup:mv_sum\"").endsWith(Scene.NOTHING_TO_DO);
    assertThat(scene.run("rollups"))
        .containsPattern("acme +mv_sum +after changes, 5 seconds .* go on +not populated");
    assertThat(changed()).contains("of acme in ", "of cato in ", "readers waited");
    assertThat(totals()).isEqualTo("1|in|11 2|out|1");
    assertThat(changed()).isEqualTo(NOTHING);
    try (Client reader = scene.as("shard1", scene.role("acme"))) {
      reader.execute("BEGIN");
      reader.execute("SELECT * FROM mv_sum");
      for (String change :
          new String[] {
            "INSERT INTO operations VALUES (3, 'in', '2026-09-01', 4) -- 1|in|11 2|out|1 3|in|4",
            "UPDATE operations_1 SET amount = 7 WHERE client = 2 -- 1|in|11 2|out|7 3|in|4",
            "TRUNCATE operations_2 -- 1|in|5 2|out|7",
            "DROP TABLE operations_1 -- ",
          }) {
        String[] parts = change.split(" -- ", 2);
        onShard(parts[0]);
        assertThat(changed()).as(change).contains("of acme in ").doesNotContain("cato", "waited");
        assertThat(totals()).isEqualTo(parts[1]);
        assertThat(changed()).as(change).isEqualTo(NOTHING);
      }
    }
    try (Client own = scene.as("veneer", scene.role("acme"))) {
      assertThat(own.refusal("INSERT INTO mv_sum VALUES (9, 'in', 9)")).isEqualTo("42809");
    }
    onShard("INSERT INTO operations VALUES (1, 'in', '2026-09-01', 100)");
    changed();
    try (Client reader = scene.as("veneer", scene.readerRole())) {
      assertThat(
              reader.rows(
                  "SELECT client, kind, sum(total) FROM everyone.mv_sum GROUP BY 1, 2 ORDER BY 1, 2"))
          .containsExactly("1|in|111", "2|out|1");
    }
  }

  @Test
  void namesWhatIsNotRefreshedOrMakesReadersWait() throws Exception {
    scene(
        PostgresVersion.embedded(),
        "mv_sum: { every: 1 hour }, mv_bare: { every: 1 hour, tenants: [acme] }, settled: { every: 1 hour },"
            + " mv_odd: { every: 1 hour }, mv_none: { refresh: after changes }");
    scene.migration(
        "V3__more.sql",
        """
        CREATE MATERIALIZED VIEW mv_bare AS SELECT 1 AS one;
        CREATE UNIQUE INDEX ON mv_bare (one) WHERE one > 0;
        CREATE MATERIALIZED VIEW mv_odd AS SELECT 10 / (amount - 1000) AS n FROM operations;
        """);
    scene.run("initialize");
    assertThat(scene.run("plan"))
        .contains(
            "note: rollup \"mv_bare\" of \"acme\": readers wait while it is refreshed; CREATE UNIQUE INDEX",
            "note: rollup \"settled\" of \"acme\", \"cato\": it is no materialized view",
            "note: rollup \"mv_none\" of \"acme\", \"cato\": there is no such view")
        .doesNotContain("\"mv_sum\" of")
        .endsWith(Scene.NOTHING_TO_DO);
    onShard("INSERT INTO operations VALUES (1, 'in', '2026-02-01', 1000)");
    InProcess.Result failed = scene.ppp("rollups", "refresh");
    assertThat(failed.status()).isEqualTo(7);
    assertThat(failed.out())
        .contains("mv_sum of acme", "mv_sum of cato", "mv_odd of cato", "mv_bare of acme")
        .doesNotContain("mv_bare of cato");
    try (Client superuser = scene.superuser("shard1")) {
      assertThat(superuser.value("SELECT sql FROM ppp.job WHERE name = 'rollup:mv_bare'"))
          .contains("ARRAY['" + scene.schema("acme") + "']");
    }
    assertThat(failed.err()).contains("error[PPP1501]", "of tenant \"acme\"", "division by zero");
    assertThat(scene.run("rollups"))
        .containsPattern("acme +mv_odd .*failed .*: division by zero")
        .containsPattern("acme +mv_none .* missing")
        .containsPattern("acme +settled .* no materialized view");
    onShard("DELETE FROM operations WHERE amount = 1000");
    assertThat(scene.run("rollups", "refresh", "mv_odd", "--tenant", "acme"))
        .contains("mv_odd of acme")
        .doesNotContain("cato");
    assertThat(scene.run("rollups", "mv_odd", "--output", "json"))
        .contains("\"error\": null")
        .doesNotContain("division");
  }

  /** Whoever is killed leaves what there was; whoever comes second lets the first finish. */
  @Test
  void isRefreshedByOneAtATimeAndTakenUpAfterAKill() throws Exception {
    scene(PostgresVersion.embedded(), "mv_sum: { refresh: after changes }");
    scene.run("initialize");
    scene.run("rollups", "refresh");
    onShard("INSERT INTO operations VALUES (3, 'in', '2026-02-01', 4)");
    try (Client other = scene.superuser("shard1");
        Client superuser = scene.superuser("shard1")) {
      other.execute("BEGIN");
      other.execute("REFRESH MATERIALIZED VIEW CONCURRENTLY " + scene.table("acme", "mv_sum"));
      CompletableFuture<InProcess.Result> killed =
          CompletableFuture.supplyAsync(() -> scene.ppp("rollups", "refresh", "--changed"));
      String waiting =
          " FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
              + " AND query LIKE 'CALL ppp.refresh_rollups(%'";
      await().until(() -> superuser.value("SELECT count(*)" + waiting).equals("1"));
      assertThat(changed()).isEqualTo(NOTHING);
      superuser.value("SELECT pg_terminate_backend(pid)" + waiting);
      assertThat(killed.get().status()).isEqualTo(4);
      other.execute("ROLLBACK");
    }
    assertThat(scene.run("rollups", "--output", "json")).contains("\"stale\": true");
    assertThat(changed()).contains("of acme in ");
    assertThat(totals()).isEqualTo("1|in|11 2|out|1 3|in|4");
    assertThat(changed()).isEqualTo(NOTHING);
    scene.run("teardown", "--all", "--drop-data", "--yes");
    scene.leftNoRoles();
  }
}
