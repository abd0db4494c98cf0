package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.partitionproxy.testing.Running;
import org.partitionproxy.testing.TestServer;

/** The example of operations, with jobs, a rollup and a replica, on servers of its own. */
@Execution(ExecutionMode.CONCURRENT)
class OperationsExampleIT {

  private static final Path EXAMPLE = Path.of("examples/operations").toAbsolutePath();

  private static final Path PPP = Path.of("bin/ppp").toAbsolutePath();

  private static final String TOTALS =
      "SELECT client, operation_type, count(*), sum(amount) FROM %s WHERE settled"
          + " GROUP BY client, operation_type ORDER BY client, operation_type";

  private static final String ROLLUP =
      "SELECT client, operation_type, operations, amount FROM %s ORDER BY client, operation_type";

  private static final String SAME =
      "SELECT (SELECT sum(operations) FROM %s) = count(*) FROM %s WHERE settled";

  /** What jobs insert, and what they settle on even turns and on odd ones. */
  private static final String UNTIL_JOBS_RAN =
      "SET statement_timeout = '1min'; DO $$ BEGIN WHILE (SELECT count(*) <= 20000"
          + " OR count(DISTINCT id % 2) FILTER (WHERE settled) < 2 FROM operations)"
          + " LOOP PERFORM pg_sleep(0.2); END LOOP; END $$";

  private static final String OTHER_WAITS =
      "DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted) LOOP"
          + " PERFORM pg_sleep(0.05); END LOOP; END $$";

  @TempDir Path folder;

  @BeforeEach
  void copy() throws IOException {
    Path migrations = Files.createDirectory(folder.resolve("migrations"));
    try (Stream<Path> scripts = Files.list(EXAMPLE.resolve("migrations"))) {
      for (Path script : scripts.toList()) {
        Files.copy(script, migrations.resolve(script.getFileName()));
      }
    }
    Files.copy(EXAMPLE.resolve("Makefile"), folder.resolve("Makefile"));
    String topology = Files.readString(EXAMPLE.resolve("shards.yaml"));
    for (int port = 23750; port <= 23752; port++) {
      topology = topology.replace(Integer.toString(port), Integer.toString(TestServer.freePort()));
    }
    Files.writeString(
        folder.resolve("shards.yaml"), topology.replace("runtime: auto", "runtime: embedded"));
  }

  @AfterEach
  void clean() throws Exception {
    assertThat(make("clean")).contains("deleted the data of shard1, shard1-replica, veneer");
  }

  /** As a user would, but with the {@code ppp} of this checkout. */
  private String make(String target, String... lines) throws Exception {
    Path input = Files.write(folder.resolve("input"), List.of(lines));
    List<String> command = List.of("make", "PPP=" + PPP, target);
    InProcess.Result result =
        Running.start(folder, Map.of(), Optional.of(input), command).result().succeeded();
    return result.out() + result.err();
  }

  private Running begin(String... arguments) throws IOException {
    return Running.ppp(folder, List.of(arguments));
  }

  private String run(String... arguments) throws Exception {
    return begin(arguments).result().succeeded().out();
  }

  private Running psql(String target, String... statements) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("psql", target, "--", "-At"));
    for (String statement : statements) {
      arguments.addAll(List.of("-c", statement));
    }
    return Running.ppp(folder, arguments);
  }

  private List<String> rows(String target, String... statements) throws Exception {
    return psql(target, statements).result().succeeded().out().lines().toList();
  }

  @Test
  void showsTheSameTotalsEverywhereAtAQuietPoint() throws Exception {
    make("up");
    assertThat(run("plan")).endsWith("Nothing to do: the servers match shards.yaml.\n");
    assertThat(rows("t1", "SELECT generate_operations(20000)")).containsExactly("20000");
    Running jobs = begin("jobs", "run");
    try {
      rows("t1", UNTIL_JOBS_RAN);
    } finally {
      jobs.signalled("INT");
    }
    run("rollups", "refresh", "mv_sum");
    assertThat(run("replicas", "verify", "shard1-replica")).contains("the same");
    List<String> totals = rows("t1", TOTALS.formatted("operations"));
    assertThat(totals).hasSizeGreaterThan(100);
    assertThat(rows("t1", ROLLUP.formatted("mv_sum"))).isEqualTo(totals);
    assertThat(rows("veneer", ROLLUP.formatted("t1.mv_sum"))).isEqualTo(totals);
    assertThat(rows("veneer", TOTALS.formatted("t1.operations"))).isEqualTo(totals);
    assertThat(rows("shard1-replica", TOTALS.formatted("t1.operations"))).isEqualTo(totals);
    assertThat(
            psql(
                    "t1",
                    "INSERT INTO operations (operation_guid, client, operation_type, amount, created_at)"
                        + " SELECT operation_guid, 1, 'online', 1, now() - interval '3 days'"
                        + " FROM operations ORDER BY created_at DESC LIMIT 1")
                .result()
                .err())
        .contains("operation_guids_pkey");
    requireTheTriggerToRefresh();
    requireTheTargetsOfMake();
  }

  /** As its head says: one more migration. */
  private void requireTheTriggerToRefresh() throws Exception {
    Files.copy(
        EXAMPLE.resolve("refresh_by_trigger.sql"),
        folder.resolve("migrations/V4__refresh_by_trigger.sql"));
    run("migrate");
    List<String> answers =
        rows(
            "t1",
            "SELECT settle(7)",
            SAME.formatted("mv_sum", "operations"),
            "SELECT id FROM operations WHERE NOT settled ORDER BY id LIMIT 3");
    assertThat(answers).startsWith("7", "t").hasSize(5);
    List<String> waiting = answers.subList(2, 5);
    assertThat(
            rows(
                "veneer",
                settling("t1.operations", waiting.get(0)),
                SAME.formatted("t1.mv_sum", "t1.operations")))
        .containsExactly("UPDATE 1", "t");
    Running first =
        psql("t1", "BEGIN", settling("operations", waiting.get(1)), OTHER_WAITS, "COMMIT");
    await().atMost(Duration.ofMinutes(1)).until(() -> first.out().contains("UPDATE 1"));
    assertThat(
            rows(
                "t1",
                settling("operations", waiting.get(2)),
                SAME.formatted("mv_sum", "operations")))
        .containsExactly("UPDATE 1", "t");
    first.result().succeeded();
  }

  private static String settling(String table, String id) {
    return "UPDATE " + table + " SET settled = true WHERE id = " + id;
  }

  private void requireTheTargetsOfMake() throws Exception {
    assertThat(make("restart")).contains("shard1: stopped", "shard1: started", "Nothing to do");
    String question = "SELECT session_user || ' sees some: ' || (count(*) > 0) FROM %s;";
    assertThat(make("psql-primary", question.formatted("operations")))
        .contains("t1_app sees some: true");
    assertThat(make("psql-replica", question.formatted("t1.operations")))
        .contains("sees some: true");
    assertThat(make("logs")).contains("SELECT settle(7)");
    assertThat(make("down")).contains("shard1-replica: stopped");
  }
}
