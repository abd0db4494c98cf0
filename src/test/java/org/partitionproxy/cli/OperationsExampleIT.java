package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
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

  @TempDir Path folder;
  private OperationsExample example;

  @BeforeEach
  void copy() throws IOException {
    example = OperationsExample.copy(folder, "embedded");
  }

  @AfterEach
  void stop() throws Exception {
    example.run("stop", "--delete-data", "--yes");
  }

  @Test
  void showsTheSameTotalsEverywhereAtAQuietPoint() throws Exception {
    example.run("start");
    example.run("initialize");
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
                .err())
        .contains("operation_guids_pkey");
  }
}
