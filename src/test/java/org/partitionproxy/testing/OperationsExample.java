package org.partitionproxy.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.partitionproxy.cli.InProcess;

/** A copy of examples/operations, with ports of its own, in which {@code bin/ppp} is run. */
public record OperationsExample(Path folder) {

  private static final Path EXAMPLE = Path.of("examples/operations").toAbsolutePath();

  private static final Path PPP = Path.of("bin/ppp").toAbsolutePath();

  private static final String TOTALS =
      "SELECT client, operation_type, count(*), sum(amount) FROM %s WHERE settled"
          + " GROUP BY client, operation_type ORDER BY client, operation_type";

  private static final String ROLLUP =
      "SELECT client, operation_type, operations, amount FROM %s ORDER BY client, operation_type";

  /**
   * @param folder that is empty
   */
  public static OperationsExample copy(Path folder, String runtime) throws IOException {
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
        folder.resolve("shards.yaml"), topology.replace("runtime: auto", "runtime: " + runtime));
    return new OperationsExample(folder);
  }

  /** Changes shards.yaml. */
  public void replace(String text, String by) throws IOException {
    Path file = folder.resolve("shards.yaml");
    String topology = Files.readString(file);
    assertThat(topology).contains(text);
    Files.writeString(file, topology.replace(text, by));
  }

  public Running begin(String... arguments) throws IOException {
    return Running.ppp(folder, List.of(arguments));
  }

  public String run(String... arguments) throws Exception {
    return begin(arguments).result().succeeded().out();
  }

  /**
   * A target of the example's Makefile, as a user would, but with the {@code ppp} of this checkout.
   */
  public String make(String target, String... lines) throws Exception {
    Path input = Files.write(folder.resolve("input"), List.of(lines));
    List<String> command = List.of("make", "PPP=" + PPP, target);
    InProcess.Result result =
        Running.start(folder, Map.of(), Optional.of(input), command).result().succeeded();
    return result.out() + result.err();
  }

  /** Adds the trigger that refreshes the rollup, as its head says: one more migration. */
  public void addTrigger() throws IOException {
    Files.copy(
        EXAMPLE.resolve("refresh_by_trigger.sql"),
        folder.resolve("migrations/V4__refresh_by_trigger.sql"));
  }

  /** Statements one after the other, in one session. */
  public Running psql(String target, String... statements) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("psql", target, "--", "-At"));
    for (String statement : statements) {
      arguments.addAll(List.of("-c", statement));
    }
    return Running.ppp(folder, arguments);
  }

  public List<String> rows(String target, String... statements) throws Exception {
    return psql(target, statements).result().succeeded().out().lines().toList();
  }

  /** Until jobs have made operations beyond those, and have settled some of each kind of id. */
  public void awaitJobs(int operations) throws Exception {
    rows(
        "t1",
        "SET statement_timeout = '1min'; DO $$ BEGIN WHILE (SELECT count(*) <= "
            + operations
            + " OR count(DISTINCT id % 2) FILTER (WHERE settled) < 2 FROM operations)"
            + " LOOP PERFORM pg_sleep(0.2); END LOOP; END $$");
  }

  /** While nobody writes: shard, rollup, veneer and replica have the same. */
  public void requireSameTotals() throws Exception {
    run("rollups", "refresh", "mv_sum");
    assertThat(run("replicas", "verify", "shard1-replica")).contains("the same");
    List<String> totals = rows("t1", TOTALS.formatted("operations"));
    assertThat(totals).hasSizeGreaterThan(100);
    assertThat(rows("t1", ROLLUP.formatted("mv_sum"))).isEqualTo(totals);
    assertThat(rows("veneer", ROLLUP.formatted("t1.mv_sum"))).isEqualTo(totals);
    assertThat(rows("veneer", TOTALS.formatted("t1.operations"))).isEqualTo(totals);
    assertThat(rows("shard1-replica", TOTALS.formatted("t1.operations"))).isEqualTo(totals);
  }
}
