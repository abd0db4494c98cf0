package org.partitionproxy.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.RuntimeChoice;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Topology;

/** A folder with a topology of a veneer and one shard, whose servers and data go when it closes. */
public final class TemporaryCheckout implements AutoCloseable {

  private final Path base;
  private final Path home;
  private Optional<Path> postgresHome = Optional.empty();
  private RuntimeChoice choice = RuntimeChoice.EMBEDDED;
  private ServerDefinition veneer =
      ServerDefinition.local(ServerName.VENEER, TemporaryServer.freePort(), Identifier.of("shop"));
  private ServerDefinition shard =
      ServerDefinition.local(
          new ServerName("shard1"), TemporaryServer.freePort(), Identifier.of("shop"));

  private boolean durable;

  final MemoryVault vault = new MemoryVault();

  private TemporaryCheckout(Path base, Path home) {
    this.base = base;
    this.home = home;
  }

  public static TemporaryCheckout make() {
    return make("checkout");
  }

  /**
   * @param name of the folder of shards.yaml, and a part of the path of its servers
   */
  static TemporaryCheckout make(String name) {
    try {
      Path base = Files.createTempDirectory("ppp-it-").toRealPath();
      Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
      return new TemporaryCheckout(base, Files.createDirectories(base.resolve(name)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void postgresHome(Optional<Path> folder) {
    postgresHome = folder;
  }

  void durable() {
    durable = true;
  }

  public void choice(RuntimeChoice changed) {
    choice = changed;
  }

  void shard(UnaryOperator<ServerDefinition> change) {
    shard = change.apply(shard);
  }

  static ServerDefinition with(
      ServerDefinition server, String host, int port, Map<String, String> settings) {
    return new ServerDefinition(
        server.name(),
        host,
        port,
        server.address(),
        server.database(),
        server.user(),
        server.password(),
        server.sslMode(),
        server.sslRootCert(),
        new TreeMap<>(settings),
        server.options());
  }

  public ServerDefinition shard() {
    return shard;
  }

  public ServerDefinition veneer() {
    return veneer;
  }

  public Topology topology() {
    return new Topology(
        home.resolve("shards.yaml"),
        "it's a shop",
        choice,
        Identifier.of("shop"),
        Optional.empty(),
        postgresHome,
        veneer,
        List.of(shard),
        List.of());
  }

  /** Folders of the machine that lie inside of this one, but for the cache and /tmp. */
  MachineFolders machine() {
    MachineFolders real = MachineFolders.of(System.getenv());
    return new MachineFolders(
        real.cache(), base.resolve("state of " + home.getFileName()), real.temporary());
  }

  EmbeddedRuntime runtime() {
    return new EmbeddedRuntime(topology(), vault, machine(), durable);
  }

  /** Starts, and returns what was reported. */
  List<String> start() {
    ConcurrentLinkedQueue<String> messages = new ConcurrentLinkedQueue<>();
    runtime().start((server, message) -> messages.add(server + ": " + message));
    return messages.stream().sorted().toList();
  }

  /** The same, on data that was not made for it by initdb but copied. */
  List<String> startOnCopies() {
    EmbeddedHome place = embeddedHome();
    SystemUser user = user();
    place.make(user);
    PostgresBinaries binaries =
        postgresHome
            .map(folder -> PostgresBinaries.installed(folder, user))
            .orElseGet(() -> PostgresBinaries.bundled(machine().cache(), user));
    for (ServerDefinition server : topology().servers()) {
      user.makeFolder(place.folder(), server.name().value());
      TemplateData.copyTo(
          new DataFolder(server.name(), place.of(server.name()), binaries, user),
          server.user(),
          Objects.requireNonNull(
              vault.ensure(List.of(server.superuserSecret())).get(server.superuserSecret())));
    }
    return start();
  }

  void stop() {
    runtime().stop(ServerRuntime.Progress.SILENT);
  }

  EmbeddedHome embeddedHome() {
    return EmbeddedHome.locate(topology(), machine());
  }

  Path data() {
    return embeddedHome().of(shard.name()).resolve(DataFolder.NAME);
  }

  public Session session(ServerDefinition server) {
    return new Connector(vault, "ppp test").maintenance(server);
  }

  String setting(ServerDefinition server, String name) {
    try (Session session = session(server)) {
      return session
          .queryOne("SELECT pg_catalog.current_setting(?) AS value", r -> r.string("value"), name)
          .orElseThrow();
    }
  }

  SystemUser user() {
    return SystemUser.forServersIn(embeddedHome().folder());
  }

  Path base() {
    return base;
  }

  @Override
  public void close() {
    try {
      runtime().destroy(ServerRuntime.Progress.SILENT);
      FolderTree.delete(base);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
