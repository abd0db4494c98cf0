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
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.partitionproxy.cli.InProcess.Result;
import org.partitionproxy.testing.Running;

@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("ports of demo events")
class DemoEventsIT {

  private static final Duration LONG = Duration.ofMinutes(2);

  @TempDir Path temporary;

  private Path file() {
    return temporary.resolve("demo/shards.yaml");
  }

  private Running demo(String... more) throws IOException {
    List<String> arguments =
        List.of("demo", "events", "--folder", temporary.resolve("demo").toString());
    return Running.ppp(temporary, Stream.concat(arguments.stream(), Arrays.stream(more)).toList());
  }

  private List<Integer> ports() throws IOException {
    return Pattern.compile("port: ([0-9]+)")
        .matcher(Files.readString(file()))
        .results()
        .map(found -> Integer.parseInt(found.group(1)))
        .collect(Collectors.toList());
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Partitions of a second, six at a time: in the second turn all that initialize made are old. */
  @Test
  void findsAPartitionForEachEventAndStopsItsServersAtCtrlC() throws Exception {
    Running running =
        demo("--runtime", "embedded", "--every", "1 second", "--rate", "40", "--tenants", "2");
    try {
      await()
          .atMost(LONG)
          .until(() -> running.out().contains("partitions: made 12") || !running.isAlive());
      assertThat(running.isAlive()).as(running.out() + running.err()).isTrue();
      assertThat(ports()).hasSize(2).allMatch(DemoEventsIT::answers);
      Result refused = demo().result();
      assertThat(refused.status()).isEqualTo(5);
      assertThat(refused.err()).contains("another `ppp demo events` runs in");
      Result result = running.signalled("INT");
      assertThat(result.status()).isEqualTo(130);
      assertThat(result.out())
          .containsPattern("has [1-9][0-9]* rows; [0-9]+ partitions \\([0-9]+s\\) ahead")
          .containsPattern("[1-9][0-9]* events written; none failed for want of a partition")
          .doesNotContain("problem");
      assertThat(result.err()).contains("veneer: stopped", "shard1: stopped");
      assertThat(ports()).noneMatch(DemoEventsIT::answers);
    } finally {
      running.kill();
      Running.ppp(
              temporary, List.of("stop", "--delete-data", "--yes", "--config", file().toString()))
          .result()
          .succeeded();
    }
  }

  @Test
  void leavesAShardsYamlOfSomebodyElseAlone() throws Exception {
    Files.createDirectories(file().getParent());
    Files.writeString(file(), "name: mine\n");
    String folder = file().getParent().toString();
    Result result = InProcess.run("demo", "events", "--folder", folder);
    assertThat(result.status()).isEqualTo(5);
    assertThat(result.err()).contains("was not made by `ppp demo events`");
    assertThat(file()).hasContent("name: mine");
    assertThat(file().resolveSibling(".ppp")).doesNotExist();
  }

  @Test
  void saysWhichOptionIsWrong() {
    Map.of(
            "--every", "2 days",
            "--rate", "0",
            "--tenants", "1001",
            "--for", "ever",
            "--runtime", "external")
        .forEach(
            (option, value) -> {
              Result result =
                  InProcess.run("demo", "events", "--folder", temporary.toString(), option, value);
              assertThat(result.status()).as(option).isEqualTo(2);
            });
    assertThat(file()).doesNotExist();
  }
}
