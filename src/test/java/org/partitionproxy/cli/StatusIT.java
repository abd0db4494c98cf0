package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.cli.InProcess.Result;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.testing.TestServer;

/** {@code ppp status} and {@code ppp history}. */
class StatusIT {

  @TempDir private Path folder;

  private TestTopology topology;

  @BeforeEach
  void choose() {
    topology =
        new TestTopology(
                folder, TestServer.shared("a"), TestServer.shared("b"), TestServer.shared("a"))
            .tenant("acme", "shard1")
            .tenant("bolt", "shard2");
  }

  /** The columns of the row that begins with this name. */
  private static List<String> row(Result result, String name) {
    return List.of(
        result
            .out()
            .lines()
            .filter(line -> line.startsWith(name + " "))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no " + name + " in " + result.out()))
            .strip()
            .split(" {2,}"));
  }

  @Test
  void knowsServersBeforeAnythingWasMade() {
    Result result = topology.ppp("status").succeeded();
    assertThat(row(result, "veneer")).contains("external", "answers", topology.database());
    assertThat(row(result, "acme")).endsWith("missing");
  }

  @Test
  void tellsWhoIsInStepAndWhoIsNot() {
    topology.ppp("initialize").succeeded();
    Result fresh = topology.ppp("status").succeeded();
    assertThat(row(fresh, "acme"))
        .startsWith("acme", "shard1", topology.schema("acme"), "1")
        .endsWith("0", "in step");
    try (Session shard = topology.superuser("shard1")) {
      shard.execute(
          Sql.of(
              "ALTER TABLE {}.items ADD COLUMN note text", Identifier.of(topology.schema("acme"))));
    }
    topology.tenant("cato", "shard1");
    Result drifted = topology.ppp("status").succeeded();
    assertThat(row(drifted, "acme")).endsWith("0", "drifted");
    assertThat(row(drifted, "bolt")).endsWith("0", "in step");
    assertThat(row(drifted, "cato")).startsWith("cato", "shard1").endsWith("missing");
    topology.migration("V3__more.sql", "CREATE TABLE more ();");
    assertThat(row(topology.ppp("status").succeeded(), "bolt")).endsWith("1", "behind");
    topology.ppp("initialize").succeeded();
    assertThat(row(topology.ppp("status").succeeded(), "acme")).endsWith("0", "in step");
  }

  @Test
  void showsTheOthersWhenAShardIsDown() {
    topology.ppp("initialize").succeeded();
    Result result = topology.down("shard2").ppp("status");
    assertThat(result.status()).isEqualTo(4);
    assertThat(row(result, "shard2")).contains("no answer");
    assertThat(row(result, "bolt")).endsWith("unknown");
    assertThat(row(result, "acme")).endsWith("in step");
    assertThat(result.err()).contains("PPP401", "server \"shard2\"", "cannot be reached");
    Result json = topology.ppp("status", "-o", "json");
    assertThat(json.status()).isEqualTo(4);
    assertThat(json.out())
        .contains("\"reachable\": false", "\"state\": \"unknown\"", "\"problems\": [\n")
        .contains("PPP401", "server \\\"shard2\\\"");
    Result veneerDown = topology.up("shard2").down("veneer").ppp("status");
    assertThat(veneerDown.status()).isEqualTo(4);
    assertThat(row(veneerDown, "shard1")).contains("answers");
    assertThat(row(veneerDown, "acme")).endsWith("unknown");
  }

  @Test
  void refusesAnotherTopologysServerAndSaysWhose() {
    topology.ppp("initialize").succeeded();
    try (Session shard = topology.superuser("shard1")) {
      shard.execute(Sql.of("UPDATE ppp.stamp SET topology = {}", Literal.of("staging")));
    }
    Result result = topology.ppp("status");
    assertThat(result.status()).isEqualTo(5);
    assertThat(result.err()).contains("PPP501", "\"staging\"");
    assertThat(row(result, "shard1")).contains("answers");
    assertThat(row(result, "bolt")).endsWith("in step");
  }

  @Test
  void measuresSizesOnDiskWhenAsked() {
    topology.ppp("initialize").succeeded();
    try (Session shard = topology.superuser("shard1")) {
      shard.execute(
          Sql.of(
              "INSERT INTO {}.items SELECT generate_series(10, 50000)",
              Identifier.of(topology.schema("acme"))));
    }
    String size = row(topology.ppp("status", "--exact").succeeded(), "acme").get(4);
    assertThat(size).matches("\\d{4} kB");
  }

  @Test
  void tellsWhoRanWhat() throws Exception {
    Result before = topology.ppp("history");
    assertThat(before.status()).isEqualTo(5);
    assertThat(before.err()).contains("PPP508", "`ppp initialize` makes it.");
    assertThat(topology.ppp("history", "--limit", "-1").status()).isEqualTo(2);
    topology.ppp("initialize").succeeded();
    topology.migration("V3__bad.sql", "SELECT 1 / 0;");
    assertThat(topology.ppp("migrate").status()).isEqualTo(7);
    List<String> lines = topology.ppp("history").succeeded().out().lines().toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(1)).contains(" initialize ", " done");
    assertThat(lines.get(2)).contains(" migrate ", " partial");
    assertThat(topology.ppp("history", "--limit", "1").succeeded().out())
        .contains("migrate")
        .doesNotContain("initialize");
    assertThat(topology.ppp("history", "--limit", "1", "-o", "json").succeeded().out())
        .contains("\"command\": \"migrate\"", "\"outcome\": \"partial\"")
        .contains("\"pid\": " + ProcessHandle.current().pid());
  }
}
