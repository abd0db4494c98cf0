package org.partitionproxy.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/** The Docker engine that the {@code docker} client on the PATH talks to, and its compose. */
public final class DockerEngine {

  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Duration CALL = Duration.ofMinutes(2);

  /** An image may have to be fetched first. */
  static final Duration BUILD = Duration.ofMinutes(20);

  private final Path folder;

  /** Found at the first need: asking compose v1 for its version takes half a second. */
  private List<String> compose = List.of();

  /**
   * @param folder where commands run: that of the compose file
   */
  DockerEngine(Path folder) {
    this.folder = folder;
  }

  /**
   * Whether servers can be run here: there are a client and compose, and an engine answers them
   * within a few seconds. Never throws.
   */
  public static boolean answers() {
    DockerEngine engine = new DockerEngine(Path.of("").toAbsolutePath());
    return engine.isReachable() && engine.findCompose().isPresent();
  }

  private boolean isReachable() {
    return tried(ANSWER, "docker", "version", "--format", "{{.Server.Version}}");
  }

  /** The words that call compose: v2, a plugin of the client, before v1, a program of its own. */
  private Optional<List<String>> findCompose() {
    if (tried(ANSWER, "docker", "compose", "version")) {
      return Optional.of(List.of("docker", "compose"));
    }
    if (tried(ANSWER, "docker-compose", "version")) {
      return Optional.of(List.of("docker-compose"));
    }
    return Optional.empty();
  }

  private boolean tried(Duration limit, String... command) {
    try {
      return call(List.of(command), Map.of(), limit).succeeded();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * @throws PppException that says what is missing
   */
  List<String> requireCompose() {
    if (compose.isEmpty()) {
      compose = searchCompose();
    }
    return compose;
  }

  private List<String> searchCompose() {
    if (!isReachable()) {
      throw new PppException(
          Diagnostic.error(
              Code.DOCKER_UNAVAILABLE,
              "no Docker engine answers",
              "The servers are containers: start Docker, see that `docker version` shows a server and"
                  + " that you may use it, and run the command again."));
    }
    return findCompose()
        .orElseThrow(
            () ->
                new PppException(
                    Diagnostic.error(
                        Code.DOCKER_UNAVAILABLE,
                        "there is neither `docker compose` nor `docker-compose`",
                        "Install Docker's compose plugin, or your system's package"
                            + " docker-compose.")));
  }

  /** Runs {@code docker} with these arguments, for at most two minutes. */
  CommandOutput docker(List<String> arguments) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(arguments);
    return run(command, CALL);
  }

  /** {@link #docker(List)}, where a failure has no other meaning than that the engine is gone. */
  CommandOutput requireDocker(List<String> arguments) {
    CommandOutput output = docker(arguments);
    if (!output.succeeded()) {
      throw new PppException(
          Diagnostic.error(
              Code.DOCKER_UNAVAILABLE,
              "docker " + arguments.get(0) + " failed",
              "Docker said:\n" + output.lastLines(5)));
    }
    return output;
  }

  /**
   * Runs one command; compose's images are built by the classic builder where there is no other.
   */
  CommandOutput run(List<String> command, Duration limit) {
    Map<String, String> environment = new TreeMap<>();
    if (System.getenv("DOCKER_BUILDKIT") == null && command.contains("build")) {
      if (!tried(ANSWER, "docker", "buildx", "version")) {
        environment.put("DOCKER_BUILDKIT", "0");
      }
    }
    try {
      return call(command, environment, limit);
    } catch (IOException e) {
      throw new PppException(
          Diagnostic.error(
              Code.DOCKER_UNAVAILABLE,
              "cannot run \"" + command.get(0) + "\": " + e.getMessage(),
              "Install Docker's command line client, or choose `runtime: embedded`."),
          e);
    }
  }

  /** Output goes through files: a pipe that nobody reads would stop the command. */
  private CommandOutput call(List<String> command, Map<String, String> environment, Duration limit)
      throws IOException {
    Path out = Files.createTempFile("ppp-docker-", ".out");
    Path err = Files.createTempFile("ppp-docker-", ".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(environment);
      int status = waitFor(builder.start(), limit);
      return new CommandOutput(status, Files.readString(out), Files.readString(err));
    } finally {
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    }
  }

  /** The exit status; 124, as timeout(1) has it, for a command that was ended for its slowness. */
  private static int waitFor(Process process, Duration limit) {
    try {
      if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return process.exitValue();
      }
      process.destroyForcibly().waitFor();
      return 124;
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new PppException(
          Diagnostic.error(
              Code.INTERRUPTED, "interrupted", "Run the command again; it goes on from here."),
          e);
    }
  }
}
