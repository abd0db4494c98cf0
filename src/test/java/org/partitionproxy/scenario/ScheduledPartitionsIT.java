package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;

/** pg_cron itself, from a schedule in shards.yaml to the runs that {@code ppp partitions} shows. */
@Execution(ExecutionMode.CONCURRENT)
class ScheduledPartitionsIT {

  private static final String POLICIES =
      """
      partitions:
        events: { by: created_at, every: 1 day, ahead: 2, schedule: '0 23 * * *', job: nightly }
        readings: { by: created_at, every: 1 day, ahead: 2, schedule: '30 1 * * *' }
      jobs:
        note: { cron: '0 4 * * *', sql: 'SELECT 1; INSERT INTO notes DEFAULT VALUES', on: tenants }
        vacuum: { cron: '0 5 * * *', sql: 'VACUUM', on: shards }
        often: { every: 5 seconds, sql: 'SELECT 1', on: tenants }""";

  @TempDir private Path folder;
  private Scene scene;

  private static Optional<PostgresVersion> withCron() {
    return PostgresVersion.installed().stream()
        .filter(
            version ->
                version.home().filter(h -> Files.exists(h.resolve("lib/pg_cron.so"))).isPresent())
        .findFirst();
  }

  /** Has a server load pg_cron, and run jobs without a login of their own. */
  private static void load(TestServer server) throws SQLException {
    try (Client superuser = maintenance(server)) {
      superuser.execute("ALTER SYSTEM SET shared_preload_libraries = 'pg_cron'");
    }
    server.stop();
    server.restart();
    try (Client superuser = maintenance(server)) {
      superuser.execute("ALTER SYSTEM SET cron.use_background_workers = on");
    }
    server.stop();
    server.restart();
  }

  private static Client maintenance(TestServer server) throws SQLException {
    return new Client(server.port(), "postgres", "postgres", server.password().reveal());
  }

  private String shard(String sql) throws SQLException {
    try (Client superuser = scene.superuser("shard1")) {
      return superuser.value(sql);
    }
  }

  /**
   * Its finest grain is a minute, which is too long for a test: {@code @reboot} is the one schedule
   * that comes sooner, so the jobs that ppp made get that, and run as they are.
   */
  @Test
  void makesPartitionsByItselfAndItsRunsAreShown() throws Exception {
    Optional<PostgresVersion> version = withCron();
    Assumptions.assumeTrue(
        version.isPresent(), "no pg_cron on this machine; Debian has it as postgresql-15-cron");
    TestServer server = TestServer.shared("cron", version.orElseThrow());
    scene = new Scene(folder, TestServer.shared("beside-a"), server);
    scene.migration(
        "V2__tables.sql",
        """
        CREATE TABLE events (created_at timestamptz NOT NULL) PARTITION BY RANGE (created_at);
        CREATE TABLE readings (created_at timestamptz NOT NULL) PARTITION BY RANGE (created_at);
        CREATE TABLE notes (who text DEFAULT current_user);
        """);
    scene.line(POLICIES);
    scene.run("initialize");
    assertThat(scene.run("plan"))
        .contains(Scene.NOTHING_TO_DO.strip())
        .contains(
            "has not loaded its pg_cron (set shared_preload_libraries there, and restart it)");
    scene.run("jobs", "pause", "vacuum");
    load(server);
    assertThat(scene.run("plan"))
        .containsPattern("[+] extension +pg_cron")
        .containsPattern("[+] job +nightly ")
        .containsPattern("- job +nightly ");
    scene.run("initialize");
    assertThat(scene.run("plan"))
        .contains(Scene.NOTHING_TO_DO.strip())
        .contains("can't count seconds, as 1.5 can: `ppp jobs run` runs \"often\"");
    assertThat(scene.run("jobs"))
        .containsPattern("note +" + scene.schema("acme") + " +shard1 +0 4 [*] [*] [*] +pg_cron ")
        .containsPattern("vacuum +- +shard1 .* paused\n")
        .containsPattern("often +.* nobody: start `ppp jobs run`");
    scene.run("jobs", "resume", "vacuum");
    String own = "ppp partitions of readings in " + scene.database();
    assertThat(scene.run("partitions"))
        .contains("shard1: job \"nightly\" at '0 23 * * *': has not run yet\n")
        .contains("shard1: job \"" + own + "\" at '30 1 * * *': has not run yet\n");

    try (Client superuser = scene.superuser("shard1")) {
      superuser.execute("UPDATE ppp.partition_policy SET ahead = 4 WHERE name = 'events'");
      superuser.execute("UPDATE ppp.partition_policy SET key = 'gone' WHERE name = 'readings'");
    }
    try (Client superuser = maintenance(server)) {
      superuser.execute(
          "UPDATE cron.job SET schedule = '@reboot' WHERE jobname <> 'forget old runs (ppp)'");
    }
    server.stop();
    server.restart();
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              try (Client superuser = maintenance(server)) {
                assertThat(superuser.rows("SELECT status FROM cron.job_run_details ORDER BY 1"))
                    .containsExactly("failed", "succeeded", "succeeded", "succeeded");
              }
            });
    assertThat(
            shard(
                "SELECT count(*) FROM pg_inherits WHERE inhparent = '%s.events'::regclass"
                    .formatted(scene.schema("acme"))))
        .isEqualTo("5");
    assertThat(shard("SELECT who FROM %s.notes".formatted(scene.schema("acme"))))
        .isEqualTo(scene.role("acme"));
    assertThat(scene.run("jobs", "history", "note")).containsPattern("note .* succeeded");
    assertThat(scene.run("status", "--output", "openmetrics", "--since", "10m"))
        .containsPattern("ppp_job_runs\\{[^}]*job=\"note\",shard=\"shard1\"} 1\n")
        .containsPattern("ppp_job_failing\\{[^}]*job=\"note\",shard=\"shard1\"} 0\n")
        .containsPattern("ppp_job_failures\\{[^}]*job=\"" + own + "\",shard=\"shard1\"} 1\n");
    assertThat(scene.run("partitions"))
        .containsPattern("job \"nightly\" at '@reboot': last run \\S+Z succeeded\n")
        .containsPattern(
            "job \"" + own + "\" at '@reboot': last run \\S+Z failed, .*not all partitions are");
    assertThat(scene.run("partitions", "events", "--output", "json"))
        .containsPattern("\"job\": \"nightly\"[^]]*\"status\": \"succeeded\"")
        .doesNotContain(own);
    assertThat(scene.run("plan")).containsPattern("~ job +nightly \\(0 23 ");

    scene.withoutLine(POLICIES);
    scene.run("initialize");
    try (Client superuser = maintenance(server)) {
      assertThat(superuser.rows("SELECT jobname FROM cron.job"))
          .containsExactly("forget old runs (ppp)");
    }
    assertThat(scene.run("partitions")).doesNotContain("job");
    scene.isInStep();
    scene.run("teardown", "--all", "--drop-data", "--yes");
    try (Client superuser = maintenance(server)) {
      assertThat(superuser.rows("SELECT extname FROM pg_extension")).containsExactly("plpgsql");
    }
  }
}
