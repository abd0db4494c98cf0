package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.partitionproxy.cli.InProcess;
import org.partitionproxy.db.Connector;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.job.JobListener;
import org.partitionproxy.job.JobRunner;
import org.partitionproxy.secret.SecretStore;
import org.partitionproxy.state.JobRun;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.testing.Running;
import org.partitionproxy.testing.TestServer;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Topology;
import org.partitionproxy.topology.TopologyReader;

/** Jobs of shards without pg_cron, and the processes that run them. */
@Execution(ExecutionMode.CONCURRENT)
class JobsIT {

  private static final String JOBS =
      """
      jobs:
        tick: { every: 1 second, sql: "INSERT INTO ticks (zone) VALUES (current_setting('TimeZone')); SELECT 1", on: tenants }
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
        """
        CREATE TABLE ticks (
          at timestamptz DEFAULT now(), who text DEFAULT current_user, zone text);""");
    scene.line(JOBS);
    scene.run("initialize");
    assertThat(scene.run("plan"))
        .contains(Scene.NOTHING_TO_DO.strip())
        .contains("has no pg_cron: `ppp jobs run` runs \"tick\", \"broken\"");
    assertThat(scene.run("jobs")).contains("nobody: start `ppp jobs run`");

    Running first = scene.start(Map.of("TZ", "Asia/Tokyo"), "jobs", "run");
    becomes(() -> first.err().contains("shard2: running 5 jobs"));
    Running second = scene.start("jobs", "run");
    becomes(() -> ticks("shard1", "acme") > 0 && ticks("shard2", "bolt") > 0);
    becomes(() -> isNoted("shard1", "slow", "missed", "had not ended"));
    becomes(() -> isNoted("shard1", "hangs", "failed", "statement timeout"));
    becomes(() -> isNoted("shard2", "broken", "failed", "nothing() does not exist"));
    becomes(() -> second.err().contains("shard1: its jobs are run by \"ppp jobs run\""));
    assertThat(first.err()).containsOnlyOnce("shard1: broken of " + scene.schema("acme"));
    try (Client superuser = scene.superuser("shard1")) {
      assertThat(superuser.rows("SELECT DISTINCT who, zone FROM " + scene.table("acme", "ticks")))
          .containsExactly(scene.role("acme") + "|UTC");
    }
    assertThat(scene.run("status", "-o", "openmetrics"))
        .containsPattern("ppp_job_failing\\{[^}]*job=\"broken\",shard=\"shard1\"} 1\n")
        .containsPattern("ppp_job_runs\\{[^}]*job=\"tick\",shard=\"shard1\"} [1-9]")
        .containsPattern(
            "ppp_job_last_duration_seconds\\{[^}]*job=\"hangs\",shard=\"shard2\"} 1[.0-9]*\n");
    assertThat(scene.ppp("status").err())
        .contains("job \"broken\" on shard \"shard2\" failed the last time")
        .doesNotContain("\"tick\"");
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

  /** By which processes keep a job of acme from running twice. */
  private int jobKey(String job) {
    CRC32 crc = new CRC32();
    crc.update(
        (job + " of " + scene.schema("acme") + " in " + scene.place("shard1").database)
            .getBytes(StandardCharsets.UTF_8));
    return (int) crc.getValue();
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
    try (Client superuser = scene.superuser("shard1", "postgres")) {
      superuser.execute("SELECT pg_advisory_lock(1886417003, " + jobKey("rarely") + ")");
      InProcess.Result held = scene.ppp("jobs", "run-now", "rarely");
      assertThat(held.status()).isEqualTo(5);
      assertThat(held.out())
          .isEqualTo("shard2: rarely of " + scene.schema("bolt") + " succeeded\n");
      assertThat(held.err()).contains("rarely of " + scene.schema("acme"), "runs already");
    }
    InProcess.Result failed = scene.ppp("jobs", "run-now", "broken", "--tenant", "acme");
    assertThat(failed.status()).isEqualTo(failed.out().contains("failed") ? 7 : 5);
    assertThat(scene.run("jobs", "history", "rarely"))
        .containsPattern("rarely +" + scene.schema("bolt") + " +shard2 +[0-9]+ms +succeeded");
    InProcess.Result unknown = scene.ppp("jobs", "pause", "ticks");
    assertThat(unknown.status()).isEqualTo(2);
    assertThat(unknown.err()).contains("Did you mean \"tick\"?");
    scene.run("jobs", "resume", "tick");
    assertThat(scene.run("jobs")).doesNotContain("paused");
  }

  private static final class Hands extends Clock {

    private volatile Duration ahead = Duration.ZERO;

    void set(Instant time) {
      ahead = Duration.between(Instant.now(), time);
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }

  /** What a runner tells, and how often the job ran that shows that it is at work. */
  private record Told(List<String> lines, AtomicInteger pulses) implements JobListener {

    void awaitPulse() {
      int before = pulses.get();
      becomes(() -> pulses.get() > before);
    }

    @Override
    public void waiting(ServerName shard, String holder) {}

    @Override
    public void leading(ServerName shard, int jobs) {
      lines.add("leading");
    }

    @Override
    public void lost(ServerName shard, Diagnostic why) {
      lines.add("lost");
    }

    @Override
    public void ran(ServerName shard, ScheduledJob job, JobRun run) {
      if (job.name().equals("pulse")) {
        pulses.addAndGet(run.wasMissed() ? 0 : 1);
      } else {
        lines.add(run.status() + " " + run.message().replaceAll(":.*", ""));
      }
    }
  }

  @Test
  void goesByTheClockThatIsMovedAndOnceMoreWhenItsSessionsAreLost() throws Exception {
    scene = new Scene(folder, TestServer.shared("beside-a"), TestServer.shared("beside-b"));
    scene.withoutMigrations();
    scene.line(
        """
        jobs:
          often: { every: 10 minutes, sql: SELECT 1, on: shards }
          pulse: { every: 1 second, sql: SELECT 1, on: shards }""");
    scene.run("initialize");
    try (Client superuser = scene.superuser("shard1")) {
      superuser.execute(
          """
          INSERT INTO ppp.job_run (title, status, started_at, ended_at, message)
          SELECT j.title, 'succeeded', '2026-03-01 12:05 UTC', '2026-03-01 12:05 UTC', ''
          FROM ppp.job AS j, generate_series(1, CASE j.name WHEN 'often' THEN 30 ELSE 20000 END)
          ORDER BY j.name""");
    }
    Topology topology =
        TopologyReader.read(folder.resolve("shards.yaml"), new TreeMap<>(System.getenv()));
    Hands clock = new Hands();
    clock.set(Instant.parse("2026-03-01T12:14:00Z"));
    Told told = new Told(new CopyOnWriteArrayList<>(), new AtomicInteger());
    String called = "moves the clock";
    SecretStore secrets = SecretStore.open(folder.resolve(".ppp"), scene.name());
    JobRunner runner = new JobRunner(topology, new Connector(secrets, called), told, 2, clock);
    Thread thread = new Thread(runner::run);
    thread.start();
    try {
      told.awaitPulse();
      try (Client superuser = scene.superuser("shard1")) {
        assertThat(
                superuser.value(
                    "SELECT count(*) FROM ppp.job_run AS r JOIN ppp.job AS j USING (title)"
                        + " WHERE j.name = 'often' AND r.status = 'succeeded'"))
            .isEqualTo("19");
      }
      clock.set(Instant.parse("2026-03-01T13:14:00Z"));
      becomes(() -> told.lines().contains("succeeded "));
      assertThat(told.lines())
          .containsExactly(
              "leading", "missed 1 run was left out", "missed 5 runs were left out", "succeeded ");
      clock.set(Instant.parse("2026-03-01T12:18:00Z"));
      try (Client superuser = scene.superuser("shard1", "postgres")) {
        superuser.value(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                + " WHERE application_name = '"
                + called
                + "'");
      }
      becomes(() -> told.lines().size() == 6);
      told.awaitPulse();
      clock.set(Instant.parse("2026-03-01T12:20:01Z"));
      becomes(() -> told.lines().size() == 7);
      assertThat(told.lines().subList(4, 7)).containsExactly("lost", "leading", "succeeded ");
      clock.set(Instant.parse("2026-03-01T11:29:59Z"));
      becomes(() -> told.lines().size() == 8);
      assertThat(told.lines().get(7)).isEqualTo("succeeded ");
    } finally {
      thread.interrupt();
      thread.join();
    }
  }
}
