package org.partitionproxy.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.InspectionLevel;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.SslMode;
import org.partitionproxy.topology.Topology;

/**
 * A server in a temporary folder, made of the embedded runtime's parts, that may lose its data in a
 * crash. It ends with this JVM; what a killed JVM left, the next one removes.
 */
public final class TemporaryServer {

  private static final ServerName NAME = new ServerName("test");
  private static final Pattern FOLDER = Pattern.compile("ppp-test-(\\d+)-.*");
  private static final int TRIES = 5;
  private static final int FIRST_PORT = 15_000;
  private static final int PORTS = 8_000;
  private static final AtomicInteger NEXT_PORT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(PORTS));

  private final EmbeddedServer server;

  private TemporaryServer(EmbeddedServer server) {
    this.server = server;
  }

  /**
   * @param home installed binaries instead of those that ppp brings
   */
  public static TemporaryServer start(Optional<Path> home, Secret password) {
    removeRemains();
    MachineFolders machine = MachineFolders.of(System.getenv());
    SystemUser user = SystemUser.forServersIn(Path.of(System.getProperty("java.io.tmpdir")));
    DataFolder data =
        folder(
            home.map(h -> PostgresBinaries.installed(h, user))
                .orElseGet(() -> PostgresBinaries.bundled(machine.cache(), user)),
            user);
    TemplateData.copyTo(data, Identifier.of("postgres"), password);
    return startOnFreePort(data, password);
  }

  /** Where data may be until this JVM ends; there is none yet. */
  static DataFolder folder(PostgresBinaries binaries, SystemUser user) {
    try {
      Path folder = Files.createTempDirectory("ppp-test-" + ProcessHandle.current().pid() + "-");
      user.adopt(folder);
      DataFolder data = new DataFolder(NAME, folder, binaries, user);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(data)));
      return data;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Another JVM may take a free port before the server does. */
  private static TemporaryServer startOnFreePort(DataFolder data, Secret password) {
    for (int attempt = 1; ; attempt++) {
      ServerDefinition definition = definition();
      ServerSettings settings =
          ServerSettings.of(
                  definition,
                  data.parent(),
                  "test",
                  InspectionLevel.STATEMENTS,
                  data.binaries().major())
              .notDurable();
      EmbeddedServer server =
          new EmbeddedServer(definition, data, settings, Topology.DEFAULT_LOG_BYTES);
      try {
        server.start(password, false, message -> {});
        return new TemporaryServer(server);
      } catch (PppException e) {
        if (attempt == TRIES) {
          throw e;
        }
      }
    }
  }

  /** As a shard with replicas is, and a replica that gives reads. */
  private static ServerDefinition definition() {
    return new ServerDefinition(
        NAME,
        "127.0.0.1",
        freePort(),
        Optional.empty(),
        Identifier.of("postgres"),
        Identifier.of("postgres"),
        Optional.empty(),
        SslMode.PREFER,
        Optional.empty(),
        new TreeMap<>(Map.of("wal_level", "logical", "track_commit_timestamp", "on")),
        new TreeMap<>());
  }

  /**
   * Never the same twice, and below those that systems give to outgoing connections: it is used
   * some time later.
   */
  public static int freePort() {
    while (true) {
      int port = FIRST_PORT + NEXT_PORT.getAndIncrement() % PORTS;
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return port;
      } catch (BindException e) {
        // somebody else's: the next one
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  public int port() {
    return server.definition().port();
  }

  /** The folder of its Unix socket. */
  public Path sockets() {
    return server.data().parent();
  }

  /** Starts it again after {@link #stop} or {@link #kill}, on its port. */
  public void restart() {
    server.start(Secret.of("not asked for"), false, message -> {});
  }

  public void stop() {
    new PgCtl(server.data()).stop();
  }

  /** {@code kill -9} of the server process: what it had in hand is lost. */
  public void kill() {
    postmaster(server.data())
        .ifPresent(
            process -> {
              process.destroyForcibly();
              process.onExit().join();
            });
  }

  /** Everything that the server wrote into its log. */
  public String log() {
    StringBuilder log = new StringBuilder();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(server.data().path().resolve("log"))) {
      for (Path file : files) {
        log.append(Files.readString(file));
      }
      return log.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<ProcessHandle> postmaster(DataFolder data) {
    return Postmaster.find(data.path()).flatMap(process -> ProcessHandle.of(process.pid()));
  }

  /** Immediate shutdown: what would be written to disk is deleted anyway. */
  private static void quit(ProcessHandle postmaster) {
    try {
      new ProcessBuilder("kill", "-QUIT", Long.toString(postmaster.pid())).start().waitFor();
      postmaster.onExit().join();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void remove(DataFolder data) {
    postmaster(data).ifPresent(TemporaryServer::quit);
    data.user().empty(data.parent());
    try {
      Files.deleteIfExists(data.parent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void removeRemains() {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(temporary, "ppp-test-*")) {
      for (Path folder : folders) {
        Matcher name = FOLDER.matcher(folder.getFileName().toString());
        if (name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) {
          removeRemains(folder);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void removeRemains(Path folder) {
    try {
      SystemUser user = SystemUser.forServersIn(folder);
      if (user.name().equals(Files.getOwner(folder).getName())) {
        PostgresBinaries binaries =
            PostgresBinaries.bundled(MachineFolders.of(System.getenv()).cache(), user);
        remove(new DataFolder(NAME, folder, binaries, user));
      }
    } catch (IOException | UncheckedIOException | PppException e) {
      // Another JVM removes it at this moment.
    }
  }
}
