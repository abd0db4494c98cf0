package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.partitionproxy.testing.OperationsExample;
import org.partitionproxy.testing.Running;

/** The example of operations, with jobs, a rollup and a replica, on servers of its own. */
@Execution(ExecutionMode.CONCURRENT)
class OperationsExampleIT {

  private static final String SAME =
      "SELECT (SELECT sum(operations) FROM %s) = count(*) FROM %s WHERE settled";

  private static final String OTHER_WAITS =
      "DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted) LOOP"
          + " PERFORM pg_sleep(0.05); END LOOP; END $$";

  @TempDir Path folder;
  private OperationsExample example;

  @BeforeEach
  void copy() throws IOException {
    example = OperationsExample.copy(folder, "embedded");
  }

  @AfterEach
  void clean() throws Exception {
    assertThat(example.make("clean"))
        .contains("deleted the data of shard1, shard1-replica, veneer");
  }

  @Test
  void showsTheSameTotalsEverywhereAtAQuietPoint() throws Exception {
    example.make("up");
    assertThat(example.run("plan")).endsWith("Nothing to do: the servers match shards.yaml.\n");
    assertThat(example.rows("t1", "SELECT generate_operations(20000)")).containsExactly("20000");
    Running jobs = example.begin("jobs", "run");
    try {
      example.awaitJobs(20000);
    } finally {
      jobs.signalled("INT");
    }
    example.requireSameTotals();
    assertThat(
            example
                .psql(
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
    example.addTrigger();
    example.run("migrate");
    List<String> answers =
        example.rows(
            "t1",
            "SELECT settle(7)",
            SAME.formatted("mv_sum", "operations"),
            "SELECT id FROM operations WHERE NOT settled ORDER BY id LIMIT 3");
    assertThat(answers).startsWith("7", "t").hasSize(5);
    List<String> waiting = answers.subList(2, 5);
    assertThat(
            example.rows(
                "veneer",
                settling("t1.operations", waiting.get(0)),
                SAME.formatted("t1.mv_sum", "t1.operations")))
        .containsExactly("UPDATE 1", "t");
    Running first =
        example.psql("t1", "BEGIN", settling("operations", waiting.get(1)), OTHER_WAITS, "COMMIT");
    await().atMost(Duration.ofMinutes(1)).until(() -> first.out().contains("UPDATE 1"));
    assertThat(
            example.rows(
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
    assertThat(example.make("restart"))
        .contains("shard1: stopped", "shard1: started", "Nothing to do");
    String question = "SELECT session_user || ' sees some: ' || (count(*) > 0) FROM %s;";
    assertThat(example.make("psql-primary", question.formatted("operations")))
        .contains("t1_app sees some: true");
    assertThat(example.make("psql-replica", question.formatted("t1.operations")))
        .contains("sees some: true");
    assertThat(example.make("logs")).contains("SELECT settle(7)");
    assertThat(example.make("down")).contains("shard1-replica: stopped");
  }
}
