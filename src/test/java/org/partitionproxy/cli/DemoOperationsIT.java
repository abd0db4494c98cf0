package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.partitionproxy.cli.InProcess.Result;
import org.partitionproxy.testing.Running;

@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("ports of demo operations")
class DemoOperationsIT {

  @TempDir Path temporary;

  private Path file() {
    return temporary.resolve("demo/shards.yaml");
  }

  private Running demo(String... more) throws IOException {
    List<String> arguments =
        List.of(
            "demo",
            "operations",
            "--runtime",
            "embedded",
            "--purge",
            "--folder",
            temporary.resolve("demo").toString());
    return Running.ppp(temporary, Stream.concat(arguments.stream(), Arrays.stream(more)).toList());
  }

  private static void awaitLine(Running running, String pattern) {
    Pattern line = Pattern.compile(pattern);
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> line.matcher(running.out()).find() || !running.isAlive());
  }

  private static boolean answers(String port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port))) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void comparesTheTotalsAtCtrlCAndLeavesNothing() throws Exception {
    Running running = demo("--rows", "5000");
    awaitLine(running, "mv_sum: [1-9][0-9,]* settled.* update-operations [1-9]");
    List<String> ports =
        Pattern.compile("port: ([0-9]+)")
            .matcher(Files.readString(file()))
            .results()
            .map(found -> found.group(1))
            .toList();
    assertThat(ports).hasSize(3).allMatch(DemoOperationsIT::answers);
    Result result = running.signalled("INT");
    assertThat(result.status()).isEqualTo(130);
    assertThat(result.out())
        .containsPattern("in the same partition: .*operation_guids_pkey")
        .containsPattern("in that of 3 days ago: .*operation_guids_pkey")
        .containsPattern("generated 5,000 operations in [0-9.]+ s, [0-9,]+ a second")
        .containsPattern("5,0[0-9]+ operations, [0-9,]+ more a second; mv_sum: .*; replica: 5,0")
        .contains("They are the same, for each client and type.")
        .doesNotContain("\u001b", "failed");
    assertThat(result.err()).contains("shard1-replica: stopped").doesNotContain("error");
    assertThat(ports).noneMatch(DemoOperationsIT::answers);
    assertThat(temporary.resolve("demo")).doesNotExist();
  }

  @Test
  void failsIfTheReplicaHasOtherTotals() throws Exception {
    Running running = demo("--rows", "2000", "--for", "5s");
    awaitLine(running, "generated 2,000");
    // In this process, for the demo goes on for a few seconds only.
    InProcess.run(
            "psql",
            "shard1-replica",
            "--admin",
            "--config",
            file().toString(),
            "-c",
            "DELETE FROM t1.operations")
        .succeeded();
    Result result = running.result();
    assertThat(result.status()).isEqualTo(6);
    assertThat(result.err()).contains("the totals are not the same everywhere");
    assertThat(result.out()).containsPattern("primary +[1-9]").doesNotContain("They are the same");
  }

  @Test
  void saysWhichOptionIsWrong() {
    for (List<String> wrong :
        List.of(
            List.of("--rows", "0"), List.of("--for", "ever"), List.of("--runtime", "external"))) {
      Result result =
          InProcess.run(
              "demo", "operations", "--folder", temporary.toString(), wrong.get(0), wrong.get(1));
      assertThat(result.status()).as(wrong.get(0)).isEqualTo(2);
      assertThat(result.err()).contains(wrong.get(0));
    }
    assertThat(file()).doesNotExist();
  }
}
