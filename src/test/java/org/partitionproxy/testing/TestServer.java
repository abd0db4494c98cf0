package org.partitionproxy.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.SslMode;

/**
 * A real PostgreSQL for tests, started once per JVM and stopped at its end. Tests share servers and
 * make fresh databases: {@code TestServer.shared("a").freshDatabase("shard1")}.
 */
public final class TestServer {

  private static final Map<String, TestServer> SHARED = new ConcurrentHashMap<>();
  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static final Secret PASSWORD = Secret.of("superuser-of-the-tests");

  private final int port;

  private TestServer(int port) {
    this.port = port;
  }

  /** The server of this key; the same one for every test of the JVM. */
  public static TestServer shared(String key) {
    return SHARED.computeIfAbsent(key, k -> start());
  }

  public int port() {
    return port;
  }

  public Secret password() {
    return PASSWORD;
  }

  /** A new, empty database on this server, as a server definition of that name. */
  public ServerDefinition freshDatabase(String serverName) {
    ServerDefinition server =
        definition(
            serverName,
            "test_" + ProcessHandle.current().pid() + "_" + DATABASES.incrementAndGet());
    try (Session session =
        new Connector(name -> Optional.empty(), "ppp test").maintenance(server)) {
      session.execute(Sql.of("CREATE DATABASE {}", server.database()));
    }
    return server;
  }

  /** This server and a database that may not exist yet. */
  public ServerDefinition definition(String serverName, String database) {
    return new ServerDefinition(
        new ServerName(serverName),
        "127.0.0.1",
        port,
        Optional.empty(),
        Identifier.of(database),
        Identifier.of("postgres"),
        Optional.of(PASSWORD),
        SslMode.PREFER,
        Optional.empty(),
        new TreeMap<>(),
        new TreeMap<>());
  }

  public static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TestServer start() {
    try {
      Path folder = Files.createTempDirectory("ppp-test-");
      folder.toFile().setExecutable(true, false);
      folder.toFile().setReadable(true, false);
      Path passwordFile = Files.writeString(folder.resolve("password"), PASSWORD.reveal());
      Path data = folder.resolve("data");
      run(List.of("chown", "-R", "postgres", folder.toString()));
      String bin = "/usr/lib/postgresql/15/bin/";
      asPostgres(
          bin + "initdb",
          "-D",
          data.toString(),
          "-U",
          "postgres",
          "-A",
          "scram-sha-256",
          "--pwfile=" + passwordFile,
          "-E",
          "UTF8",
          "--no-sync",
          "--locale=C.UTF-8");
      int port = freePort();
      Files.writeString(
          data.resolve("postgresql.auto.conf"),
          """
          port = %d
          listen_addresses = '127.0.0.1'
          unix_socket_directories = '%s'
          fsync = off
          max_connections = 200
          logging_collector = on
          log_destination = 'jsonlog'
          log_statement = 'all'
          """
              .formatted(port, folder));
      asPostgres(bin + "pg_ctl", "-D", data.toString(), "-w", "-l", folder + "/log", "start");
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    try {
                      asPostgres(bin + "pg_ctl", "-D", data.toString(), "-m", "immediate", "stop");
                      run(List.of("rm", "-rf", folder.toString()));
                    } catch (IOException | InterruptedException e) {
                      throw new IllegalStateException(e);
                    }
                  }));
      return new TestServer(port);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void asPostgres(String... command) throws IOException, InterruptedException {
    String[] prefix = {"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"};
    String[] all = Arrays.copyOf(prefix, prefix.length + command.length);
    System.arraycopy(command, 0, all, prefix.length, command.length);
    run(List.of(all));
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException("failed: " + String.join(" ", command));
    }
  }
}
