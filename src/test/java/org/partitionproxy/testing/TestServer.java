package org.partitionproxy.testing;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.server.TemporaryServer;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.ServerPart;
import org.partitionproxy.topology.SslMode;

/**
 * A real PostgreSQL for tests, started once per JVM and stopped at its end. Tests share servers and
 * make fresh databases: {@code TestServer.shared("a").freshDatabase("shard1")}.
 */
public final class TestServer {

  private static final Map<String, TestServer> SHARED = new ConcurrentHashMap<>();
  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static final Secret PASSWORD = Secret.of("superuser-of-the-tests");

  private final TemporaryServer server;

  private TestServer(TemporaryServer server) {
    this.server = server;
  }

  /**
   * The server of this key on the PostgreSQL that ppp brings; the same for every test of the JVM.
   */
  public static TestServer shared(String key) {
    return shared(key, PostgresVersion.embedded());
  }

  /** The server of this key and version; the same one for every test of the JVM. */
  public static TestServer shared(String key, PostgresVersion version) {
    return SHARED.computeIfAbsent(
        key + " on " + version,
        k -> new TestServer(TemporaryServer.start(version.home(), PASSWORD)).closeMaintenance());
  }

  /** As ppp does on servers that it runs, and advises elsewhere. */
  private TestServer closeMaintenance() {
    try (Session session =
        new Connector(name -> Optional.empty(), "ppp test")
            .maintenance(definition("veneer", "postgres"))) {
      session.execute(Sql.of("REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC"));
    }
    return this;
  }

  /** The folders of the PostgreSQL versions that are installed on this machine, oldest first. */
  public static List<Path> installedHomes() {
    return PostgresVersion.installed().stream().flatMap(v -> v.home().stream()).toList();
  }

  public int port() {
    return server.port();
  }

  /** The folder of its Unix socket, where only the server's own system user and root get in. */
  public Path sockets() {
    return server.sockets();
  }

  /** Starts it again after {@link #stop} or {@link #kill}, on its port. */
  public void restart() {
    server.restart();
  }

  /** Only for a server with a key of one test's own. */
  public void stop() {
    server.stop();
  }

  /** {@code kill -9} of the server process; only for a server with a key of one test's own. */
  public void kill() {
    server.kill();
  }

  /** Everything that the server wrote into its log. */
  public String log() {
    return server.log();
  }

  public Secret password() {
    return PASSWORD;
  }

  /** A new, empty database on this server, as a server definition of that name. */
  public ServerDefinition freshDatabase(String serverName) {
    ServerDefinition definition =
        definition(
            serverName,
            "test_" + ProcessHandle.current().pid() + "_" + DATABASES.incrementAndGet());
    try (Session session =
        new Connector(name -> Optional.empty(), "ppp test").maintenance(definition)) {
      session.execute(Sql.of("CREATE DATABASE {}", definition.database()));
    }
    return definition;
  }

  /** The same for a veneer, whatever its name. */
  public ServerDefinition freshVeneer(String serverName) {
    return freshDatabase(serverName).as(ServerPart.VENEER);
  }

  /** This server and a database that may not exist yet. */
  public ServerDefinition definition(String serverName, String database) {
    return new ServerDefinition(
        new ServerName(serverName),
        "127.0.0.1",
        port(),
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
    return TemporaryServer.freePort();
  }
}
