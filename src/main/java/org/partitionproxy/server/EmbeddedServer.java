package org.partitionproxy.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.topology.ServerDefinition;

/**
 * One server that ppp runs as a process of this machine, with {@code initdb} and {@code pg_ctl}.
 */
final class EmbeddedServer {

  private static final Duration REMAINS_LIMIT = Duration.ofSeconds(15);
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);
  private static final Duration PROBE_LIMIT = Duration.ofSeconds(2);

  private final ServerDefinition definition;
  private final DataFolder data;
  private final PgCtl control;
  private final ServerSettings settings;
  private final LogBound logs;

  /**
   * @param logBytes what its log files may take
   */
  EmbeddedServer(
      ServerDefinition definition, DataFolder data, ServerSettings settings, long logBytes) {
    this.definition = definition;
    this.data = data;
    this.control = new PgCtl(data);
    this.settings = settings;
    this.logs = new LogBound(data, logBytes);
  }

  ServerDefinition definition() {
    return definition;
  }

  DataFolder data() {
    return data;
  }

  /**
   * Starts the process unless it runs; makes the data folder first if there is none.
   *
   * @param progress told what happened
   */
  void start(Secret password, boolean sync, Consumer<String> progress) {
    long begin = System.nanoTime();
    Optional<Postmaster> running = Postmaster.find(data.path());
    if (running.isPresent()) {
      keep(running.get(), progress);
      logs.start();
      return;
    }
    requireFreePort();
    if (data.exists()) {
      data.requireSameVersion();
    } else {
      data.make(definition.user(), password, sync);
    }
    data.user().write(data.path(), ServerSettings.FILE, settings.text());
    launch();
    logs.start();
    progress.accept(
        String.format(
            Locale.ROOT,
            "started on port %d in %.1f s",
            definition.port(),
            (System.nanoTime() - begin) / 1e9));
  }

  private void keep(Postmaster running, Consumer<String> progress) {
    if (running.port() != definition.port()) {
      throw new PppException(
          Diagnostic.error(
              Code.PORT_CHANGED,
              "server \""
                  + definition.name()
                  + "\" runs on port "
                  + running.port()
                  + ", and shards.yaml says "
                  + definition.port(),
              "Run `ppp stop` and `ppp start`: it keeps its data and moves to the new port."));
    }
    if (settings.text().equals(written())) {
      progress.accept("runs already on port " + running.port());
      return;
    }
    data.user().write(data.path(), ServerSettings.FILE, settings.text());
    control.reload();
    progress.accept(
        "runs already on port "
            + running.port()
            + "; read its changed settings again (some need `ppp stop` and `ppp start`)");
  }

  private String written() {
    try {
      return Files.readString(data.path().resolve(ServerSettings.FILE));
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * Retried while processes of a server that was killed still end: PostgreSQL refuses to start
   * beside them.
   */
  private void launch() {
    removeMisleading(data.path().resolve(Postmaster.FILE));
    removeMisleading(Postmaster.socketLock(settings.sockets(), definition.port()));
    long limit = System.nanoTime() + REMAINS_LIMIT.toNanos();
    while (true) {
      StartupLog log = StartupLog.of(data.parent(), data.user());
      Subprocess.Outcome outcome = control.start();
      if (outcome.succeeded() || Postmaster.find(data.path()).isPresent()) {
        return; // the latter: one that a killed ppp left behind came first
      }
      String problems = log.problems();
      boolean remains = problems.contains("is still in use");
      if (!remains || System.nanoTime() > limit) {
        throw notStarted(problems.isEmpty() ? outcome.output() : problems);
      }
      LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
    }
  }

  private void removeMisleading(Path file) {
    if (Postmaster.isMisleading(file, data.path())) {
      data.user().remove(file);
    }
  }

  private PppException notStarted(String problems) {
    return new PppException(
        Diagnostic.error(
            Code.SERVER_NOT_STARTED,
            "server \"" + definition.name() + "\" did not start on port " + definition.port(),
            "Mend what PostgreSQL says and start again; its data is in "
                + data.path()
                + ".\n"
                + problems));
  }

  private void requireFreePort() {
    try (ServerSocket probe =
        new ServerSocket(definition.port(), 1, InetAddress.getByName(definition.host()))) {
      probe.getLocalPort();
    } catch (IOException e) {
      if (answers()) {
        throw new PppException(
            Diagnostic.error(
                Code.PORT_TAKEN,
                "port "
                    + definition.port()
                    + " of server \""
                    + definition.name()
                    + "\" is taken by another program",
                "Stop that program (`lsof -i :"
                    + definition.port()
                    + "` names it; in another checkout it is `ppp stop`), or give the server"
                    + " another port in shards.yaml."));
      }
      // A port that ppp may not open is one for PostgreSQL to complain about.
    }
  }

  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(definition.host(), definition.port()),
          (int) PROBE_LIMIT.toMillis());
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
