package org.partitionproxy.server;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.topology.ServerDefinition;

/** The start of one server's container, until it accepts its superuser's password. */
record ContainerStart(
    DockerEngine engine,
    Connector connector,
    ServerDefinition server,
    ComposeProject.Container container,
    String project) {

  /** With the making of its data folder, on a slow machine. */
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private static final Duration POLL = Duration.ofMillis(200);

  /** What went wrong, if the server does not run now; a container that runs is only asked. */
  Optional<Diagnostic> run(ServerRuntime.Progress progress) {
    long begin = System.nanoTime();
    if (!container.isRunning()) {
      CommandOutput output = engine.docker(List.of("start", container.id()));
      if (!output.succeeded()) {
        return Optional.of(notStarted(output));
      }
    }
    Optional<Diagnostic> problem = waitUntilItAnswers(begin);
    if (problem.isEmpty() && !container.isRunning()) {
      double seconds = (System.nanoTime() - begin) / 1e9;
      progress.report(
          server.name(),
          String.format(Locale.ROOT, "started on port %d in %.1f s", server.port(), seconds));
    }
    return problem;
  }

  private Optional<Diagnostic> waitUntilItAnswers(long begin) {
    while (true) {
      try {
        connector.maintenance(server).close();
        return Optional.empty();
      } catch (SqlFailure failure) {
        if (!failure.isUnreachable()) {
          return Optional.of(refused(failure));
        }
        if (!hasRunningContainer()) {
          return Optional.of(failed("its container ended"));
        }
        if (System.nanoTime() - begin > LIMIT.toNanos()) {
          return Optional.of(failed("no answer in " + LIMIT.toSeconds() + " s"));
        }
      }
      pause();
    }
  }

  private boolean hasRunningContainer() {
    CommandOutput output =
        engine.docker(List.of("inspect", "--format", "{{.State.Running}}", container.id()));
    return output.standardOutput().strip().equals("true");
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PppException(
          Diagnostic.error(
              Code.INTERRUPTED,
              "interrupted while servers were starting",
              "Run `ppp start` again; it goes on from here."),
          e);
    }
  }

  private Diagnostic failed(String reason) {
    CommandOutput log = engine.docker(List.of("logs", "--tail", "15", container.id()));
    return Diagnostic.error(
        Code.SERVER_NOT_STARTED,
        "server \"" + server.name() + "\" did not start: " + reason,
        "Mend what its log names and run `ppp start` again; the log ends with:\n"
            + log.lastLines(15));
  }

  private Diagnostic refused(SqlFailure failure) {
    if (failure.diagnostics().get(0).code() != Code.LOGIN_REFUSED) {
      return failure.diagnostics().get(0);
    }
    return Diagnostic.error(
        Code.SERVER_NOT_STARTED,
        "server \"" + server.name() + "\" runs, and refuses the password that ppp has for it",
        "Its volume "
            + project
            + "_"
            + server.name()
            + " was made with another one: put the .ppp folder of that time back, or, if the data"
            + " may go, run `ppp stop` and remove the container and that volume with docker.");
  }

  private Diagnostic notStarted(CommandOutput output) {
    String said = output.lastLines(5);
    if (said.contains("port is already allocated") || said.contains("address already in use")) {
      return portTaken(server);
    }
    return Diagnostic.error(
        Code.SERVER_NOT_STARTED,
        "server \"" + server.name() + "\" did not start: docker refused its container",
        "Mend what it names and run `ppp start` again; it said:\n" + said);
  }

  /** For a port of this machine that something else listens on. */
  static Diagnostic portTaken(ServerDefinition server) {
    return Diagnostic.error(
        Code.PUBLISHED_PORT_TAKEN,
        "server \""
            + server.name()
            + "\" did not start: something else listens on port "
            + server.port(),
        "Stop what listens there, or give \""
            + server.name()
            + "\" another `port:` in shards.yaml, and run `ppp start` again.");
  }

  /** For a container that was made when shards.yaml named another port. */
  static Diagnostic onAnotherPort(ServerDefinition server) {
    return Diagnostic.error(
        Code.SERVER_NOT_STARTED,
        "server \"" + server.name() + "\" runs, but not on port " + server.port(),
        "A container keeps its port while it runs: run `ppp stop`, then `ppp start`; its data"
            + " stays.");
  }
}
