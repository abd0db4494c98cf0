package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.partitionproxy.cli.InProcess;
import org.partitionproxy.testing.Running;
import org.partitionproxy.testing.TestServer;

/** Jobs of shards without pg_cron, and the processes that run them. */
@Execution(ExecutionMode.CONCURRENT)
class JobsIT {

  private static final String JOBS =
      """
      jobs:
        tick: { every: 1 second, sql: "INSERT INTO ticks DEFAULT VALUES; SELECT 1", on: tenants }
        broken: { every: 1 second, sql: "SELECT nothing()", on: tenants }
        slow: { every: 1 second, sql: "SELECT pg_sleep(1.5)", on: shards }
        hangs: { every: 1 second, sql: "SELECT pg_sleep(600)", on: shards, timeout: 1 second }
        rarely: { cron: "0 0 30 2 *", sql: "INSERT INTO ticks DEFAULT VALUES", on: tenants }""";

  @TempDir private Path folder;
  private Scene scene;

  private static void becomes(Callable<Boolean> condition) {
    await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50)).until(condition);
  }

  private int ticks(String shard, String tenant) throws SQLException {
    try (Client superuser = scene.superuser(shard)) {
      return Integer.parseInt(
          superuser.value("SELECT count(*) FROM " + scene.table(tenant, "ticks")));
    }
  }

  private boolean isNoted(String shard, String title, String status, String message)
      throws SQLException {
    try (Client superuser = scene.superuser(shard)) {
      return Integer.parseInt(
              superuser.value(
                  "SELECT count(*) FROM ppp.job_run WHERE title LIKE '%s %%' AND status = '%s'"
                          .formatted(title, status)
                      + " AND message LIKE '%"
                      + message
                      + "%'"))
          > 0;
    }
  }

  @Test
  void runsJobsOfAllTenantsThroughTheLossOfAProcess() throws Exception {
    scene =
        new Scene(
            folder,
            TestServer.shared("beside-a"),
            TestServer.shared("beside-a"),
            TestServer.shared("beside-b"));
    scene.migration(
        "V2__ticks.sql",
        "CREATE TABLE ticks (at timestamptz DEFAULT now(), who text DEFAULT current_user);");
    scene.line(JOBS);
    scene.run("initialize");
    assertThat(scene.run("plan"))
        .contains(Scene.NOTHING_TO_DO.strip())
        .contains("has no pg_cron: `ppp jobs run` runs \"tick\", \"broken\"");
    assertThat(scene.run("jobs")).contains("nobody: start `ppp jobs run`");

    Running first = scene.start("jobs", "run");
    becomes(() -> first.err().contains("shard2: running 5 jobs"));
    Running second = scene.start("jobs", "run");
    becomes(() -> ticks("shard1", "acme") > 0 && ticks("shard2", "bolt") > 0);
    becomes(() -> isNoted("shard1", "slow", "missed", "had not ended"));
    becomes(() -> isNoted("shard1", "hangs", "failed", "statement timeout"));
    becomes(() -> isNoted("shard2", "broken", "failed", "nothing() does not exist"));
    becomes(() -> second.err().contains("shard1: its jobs are run by \"ppp jobs run\""));
    assertThat(first.err()).containsOnlyOnce("shard1: broken of " + scene.schema("acme"));
    try (Client superuser = scene.superuser("shard1")) {
      assertThat(superuser.rows("SELECT DISTINCT who FROM " + scene.table("acme", "ticks")))
          .containsExactly(scene.role("acme"));
    }
    assertThat(scene.run("jobs", "--tenant", "bolt"))
        .containsPattern("tick +" + scene.schema("bolt") + " +shard2 +1 second +ppp jobs run")
        .doesNotContain("shard1", "rarely of");

    first.kill();
    becomes(() -> second.err().contains("shard1: running 5 jobs"));
    int before = ticks("shard1", "acme");
    becomes(() -> ticks("shard1", "acme") > before);
    pausesAndRunsByHand();

    InProcess.Result ended = second.signalled("TERM");
    assertThat(ended.err()).doesNotContain("stand still");
    assertThat(isNoted("shard1", "hangs", "failed", "")).isTrue();
    scene.run("teardown", "--tenant", "bolt", "--drop-data", "--yes");
    try (Client superuser = scene.superuser("shard2")) {
      assertThat(superuser.rows("SELECT name FROM ppp.job ORDER BY 1"))
          .containsExactly("hangs", "slow");
    }
    scene.withoutLine(JOBS);
    scene.run("initialize");
    scene.isInStep();
    assertThat(scene.run("jobs")).isEqualTo("No jobs.\n");
  }

  private void pausesAndRunsByHand() throws Exception {
    scene.run("jobs", "pause", "tick", "--tenant", "acme");
    scene.run("initialize");
    assertThat(scene.run("jobs"))
        .containsPattern("tick +" + scene.schema("acme") + " .* paused\n")
        .doesNotContainPattern("tick +" + scene.schema("bolt") + " .* paused\n");
    assertThat(scene.run("jobs", "run-now", "rarely"))
        .isEqualTo(
            "shard1: rarely of %s succeeded\nshard2: rarely of %s succeeded\n"
                .formatted(scene.schema("acme"), scene.schema("bolt")));
    InProcess.Result failed = scene.ppp("jobs", "run-now", "broken", "--tenant", "acme");
    assertThat(failed.status()).isEqualTo(failed.out().contains("failed") ? 7 : 5);
    assertThat(scene.run("jobs", "history", "rarely"))
        .containsPattern("rarely +" + scene.schema("bolt") + " +shard2 +[0-9]+ms +succeeded");
    assertThat(scene.ppp("jobs", "pause", "often").status()).isEqualTo(2);
    scene.run("jobs", "resume", "tick");
    assertThat(scene.run("jobs")).doesNotContain("paused");
  }
}
