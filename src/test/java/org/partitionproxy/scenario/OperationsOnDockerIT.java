package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.partitionproxy.server.NeedsDocker;
import org.partitionproxy.testing.OperationsExample;

/** The example of operations as containers: pg_cron itself runs its jobs, and a replica follows. */
@NeedsDocker
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("docker")
class OperationsOnDockerIT {

  private static final String MORE_JOBS =
      """
      jobs:
        own: { every: 1 second, sql: "SELECT 1 / (current_user = t.name AND current_schema = 't1')::int FROM (VALUES ('t1_app')) AS t (name)", on: tenants }
        broken: { every: 1 second, sql: "SELECT nothing()", on: tenants }
        rarely: { every: 10 minutes, sql: "SELECT 1; SELECT 2", on: shards }
      """;

  @TempDir private Path folder;
  private OperationsExample example;

  @BeforeEach
  void start() throws Exception {
    example = OperationsExample.copy(folder, "docker");
    example.replace("jobs:\n", MORE_JOBS);
    example.replace("retire: drop }", "retire: drop, schedule: '7 1 * * *' }");
    example.run("start");
  }

  @AfterEach
  void stop() throws Exception {
    example.run("stop", "--delete-data", "--yes");
  }

  /** The superuser in the maintenance database of a server. */
  private Client superuser(String server) throws IOException, SQLException {
    Matcher port =
        Pattern.compile(server + ":(?: \\{|\n) *port: (\\d+)")
            .matcher(Files.readString(folder.resolve("shards.yaml")));
    assertThat(port.find()).isTrue();
    String password = Files.readString(folder.resolve(".ppp/docker/passwords").resolve(server));
    return new Client(Integer.parseInt(port.group(1)), "postgres", "postgres", password);
  }

  private List<String> ask(String server, String sql) throws IOException, SQLException {
    try (Client superuser = superuser(server)) {
      return superuser.rows(sql);
    }
  }

  private void initialize() throws Exception {
    example.run("initialize");
    assertThat(example.run("plan")).isEqualTo("Nothing to do: the servers match shards.yaml.\n");
  }

  @Test
  void runsItsJobsByPgCronAndShowsTheSameTotalsEverywhere() throws Exception {
    initialize();
    ask("shard1", "SELECT cron.schedule('not ours', '0 0 1 1 *', 'SELECT 1')");
    example.rows("t1", "SELECT generate_operations(20000)");
    example.awaitJobs(20000);
    showsJobsByTheirNamesAndHowTheyWent();
    pausesAJobOfTenantsToComeAndForgetsWhatLeftTheFile();
    example.requireSameTotals();
    assertThat(example.run("replicas")).containsPattern("shard1-replica +shard1 +following");
    assertThat(example.run("show-logs", "shard1-replica", "--all")).contains("t1.operations");
    leavesNothingBehind();
  }

  private void showsJobsByTheirNamesAndHowTheyWent() throws Exception {
    assertThat(example.run("jobs", "run-now", "rarely")).isEqualTo("shard1: rarely succeeded\n");
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(example.run("jobs"))
                    .containsPattern(
                        "insert-operations +t1 +shard1 +5 seconds +pg_cron .*succeeded")
                    .containsPattern(
                        "update-operations +t1 +shard1 +3 seconds +pg_cron .*succeeded")
                    .containsPattern("own +t1 +shard1 +1 second +pg_cron .*succeeded")
                    .containsPattern("rollup:mv_sum +- +shard1 +5 seconds +pg_cron .*succeeded")
                    .containsPattern("rarely +- +shard1 +10 minutes +pg_cron .*succeeded")
                    .containsPattern("partitions:operations +- +shard1 +7 1 [*] [*] [*] +pg_cron ")
                    .doesNotContain("not ours"));
    assertThat(example.run("jobs", "history", "broken", "--limit", "2"))
        .containsPattern("broken +t1 +shard1 .* failed: ERROR: +function nothing\\(\\) does not");
  }

  /** After which nobody writes for the first tenant. */
  private void pausesAJobOfTenantsToComeAndForgetsWhatLeftTheFile() throws Exception {
    example.run("jobs", "pause", "insert-operations");
    example.run("jobs", "pause", "update-operations");
    example.replace(MORE_JOBS, "jobs:\n");
    example.replace(
        "  t1: { shard: shard1 }\n", "  t1: { shard: shard1 }\n  t2: { shard: shard1 }\n");
    initialize();
    example.run("jobs", "resume", "insert-operations", "--tenant", "t2");
    assertThat(example.run("jobs"))
        .containsPattern("insert-operations +t1 .* paused\n")
        .doesNotContainPattern("insert-operations +t2 .* paused\n")
        .containsPattern("update-operations +t1 .* paused\n")
        .containsPattern("update-operations +t2 .* paused\n")
        .doesNotContain("own ", "broken", "rarely");
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> example.rows("t2", "SELECT count(*) > 0 FROM operations"),
            rows -> rows.equals(List.of("t")));
  }

  private void leavesNothingBehind() throws Exception {
    example.run("teardown", "--all", "--drop-data", "--yes");
    assertThat(ask("shard1", "SELECT jobname FROM cron.job")).containsExactly("not ours");
    assertThat(
            ask(
                "shard1",
                "SELECT obj_description(oid) FROM pg_extension WHERE extname = 'pg_cron'"))
        .containsExactly("Job scheduler for PostgreSQL");
    assertThat(ask("shard1", "SELECT slot_name FROM pg_replication_slots")).isEmpty();
    for (String server : List.of("veneer", "shard1", "shard1-replica")) {
      assertThat(ask(server, "SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_'"))
          .containsExactly("postgres");
      assertThat(ask(server, "SELECT datname FROM pg_database ORDER BY 1"))
          .containsExactly("postgres", "template0", "template1");
      assertThat(ask(server, "SELECT subname FROM pg_subscription")).isEmpty();
    }
  }
}
