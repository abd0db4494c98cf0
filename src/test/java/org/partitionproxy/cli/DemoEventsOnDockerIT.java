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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.partitionproxy.cli.InProcess.Result;
import org.partitionproxy.server.NeedsDocker;
import org.partitionproxy.testing.Running;

@NeedsDocker
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("docker")
@ResourceLock("ports of demo events")
class DemoEventsOnDockerIT {

  private static final Duration LONG = Duration.ofMinutes(2);

  @TempDir Path temporary;

  private Running demo(String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("demo", "events", "--every", "1 second"));
    arguments.addAll(List.of("--folder", temporary.resolve("demo").toString()));
    arguments.addAll(List.of(more));
    return Running.ppp(temporary, arguments);
  }

  /** What there is of the demo's: containers and volumes. */
  private List<String> left(String project, boolean running) throws Exception {
    String filter = "label=com.docker.compose.project=" + project;
    List<String> left = new ArrayList<>(docker("ps", running ? "-q" : "-aq", "--filter", filter));
    if (!running) {
      left.addAll(docker("volume", "ls", "-q", "--filter", filter));
    }
    return left;
  }

  private List<String> docker(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    return Running.start(temporary, Map.of(), Optional.empty(), command)
        .result()
        .succeeded()
        .out()
        .lines()
        .toList();
  }

  @Test
  void stopsItsContainersAtCtrlCAndGoesOnWithTheirDataUntilItIsPurged() throws Exception {
    Running first = demo("--runtime", "docker");
    String project;
    try {
      await().atMost(LONG).until(() -> first.out().contains(" ahead") || !first.isAlive());
      project = Files.readAllLines(temporary.resolve("demo/.ppp/docker/project")).get(0).strip();
      assertThat(left(project, true)).hasSize(2);
    } finally {
      assertThat(first.signalled("INT").status()).as(first.out() + first.err()).isEqualTo(130);
    }
    assertThat(left(project, true)).isEmpty();
    assertThat(left(project, false)).hasSize(4);
    Result second = demo("--for", "2s", "--purge").result().succeeded();
    assertThat(second.err()).startsWith("runtime: docker\n");
    assertThat(second.out())
        .doesNotContain("migrated")
        .containsPattern("[1-9][0-9]* events written; none failed for want of a partition");
    assertThat(left(project, false)).isEmpty();
    assertThat(temporary.resolve("demo")).doesNotExist();
  }
}
