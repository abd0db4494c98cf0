package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

  private static final String TOTALS =
      "SELECT client, operation_type, count(*), sum(amount) FROM %s WHERE settled"
          + " GROUP BY client, operation_type ORDER BY client, operation_type";

  private static final String ROLLUP =
      "SELECT client, operation_type, operations, amount FROM %s ORDER BY client, operation_type";

  @TempDir Path folder;

  @BeforeEach
  void copy() throws IOException {
    Path migrations = Files.createDirectory(folder.resolve("migrations"));
    try (Stream<Path> scripts = Files.list(EXAMPLE.resolve("migrations"))) {
      for (Path script : scripts.toList()) {
        Files.copy(script, migrations.resolve(script.getFileName()));
      }
    }
    String topology = Files.readString(EXAMPLE.resolve("shards.yaml"));
    for (int port = 23750; port <= 23752; port++) {
      topology = topology.replace(Integer.toString(port), Integer.toString(TestServer.freePort()));
    }
    Files.writeString(
        folder.resolve("shards.yaml"), topology.replace("runtime: auto", "runtime: embedded"));
  }

  @AfterEach
  void stop() throws Exception {
    run("stop", "--delete-data", "--yes");
  }

  private Running begin(String... arguments) throws IOException {
    return Running.ppp(folder, List.of(arguments));
  }

  private String run(String... arguments) throws Exception {
    return begin(arguments).result().succeeded().out();
  }

  private InProcess.Result psql(String target, String sql) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("psql", target, "--", "-At", "-c", sql));
    return Running.ppp(folder, arguments).result();
  }

  private List<String> rows(String target, String sql) throws Exception {
    return psql(target, sql).succeeded().out().lines().toList();
  }

  @Test
  void showsTheSameTotalsEverywhereAtAQuietPoint() throws Exception {
    run("start");
    run("initialize");
    assertThat(run("plan")).endsWith("Nothing to do: the servers match shards.yaml.\n");
    assertThat(rows("t1", "SELECT generate_operations(20000)")).containsExactly("20000");
    Running jobs = begin("jobs", "run");
    try {
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  rows(
                          "t1",
                          "SELECT count(*) > 20000, count(DISTINCT id % 2) FILTER (WHERE settled) FROM operations")
                      .equals(List.of("t|2")));
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
                .err())
        .contains("operation_guids_pkey");
  }
}
