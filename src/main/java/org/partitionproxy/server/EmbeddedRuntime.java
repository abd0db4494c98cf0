package org.partitionproxy.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.locks.LockSupport;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.secret.SecretVault;
import org.partitionproxy.topology.HostPort;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Topology;

/**
 * Servers as processes of this machine. They go on when ppp ends, and keep their data when they are
 * stopped.
 */
public final class EmbeddedRuntime implements ServerRuntime {

  private static final Duration ANSWER_LIMIT = Duration.ofMinutes(1);
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

  private final Topology topology;
  private final SecretVault secrets;
  private final MachineFolders machine;
  private final boolean durable;

  /**
   * @param environment of ppp: for the place of the cache
   */
  public EmbeddedRuntime(Topology topology, SecretVault secrets, Map<String, String> environment) {
    this(topology, secrets, MachineFolders.of(environment), true);
  }

  /**
   * @param durable whether data survives a crash of the machine
   */
  EmbeddedRuntime(Topology topology, SecretVault secrets, MachineFolders machine, boolean durable) {
    this.topology = topology;
    this.secrets = secrets;
    this.machine = machine;
    this.durable = durable;
  }

  @Override
  public RuntimeKind kind() {
    return RuntimeKind.EMBEDDED;
  }

  private EmbeddedHome home() {
    return EmbeddedHome.locate(topology, machine);
  }

  private void alone(Progress progress, Runnable work) {
    new StateFolder(topology.stateFolder()).alone(topology.veneer().name(), progress, work);
  }

  @Override
  public void start(Progress progress) {
    EmbeddableCheck.require(topology);
    alone(progress, () -> startAll(progress));
  }

  private void startAll(Progress progress) {
    EmbeddedHome home = home();
    SystemUser user = SystemUser.forServersIn(home.folder());
    PostgresBinaries binaries = binaries(user);
    binaries.requireLibraryOf(topology.startLevel());
    home.make(user);
    List<EmbeddedServer> servers = new ArrayList<>();
    for (ServerDefinition server : topology.servers()) {
      ServerName name = server.name();
      user.makeFolder(home.folder(), name.value());
      DataFolder data = new DataFolder(name, home.of(name), binaries, user);
      servers.add(
          new EmbeddedServer(server, data, settings(server, home, binaries), topology.logBytes()));
    }
    SortedMap<ServerName, Secret> passwords = new SuperuserPasswords(secrets).of(servers);
    Fleet.each(servers, server -> start(server, passwords, progress));
  }

  private ServerSettings settings(
      ServerDefinition server, EmbeddedHome home, PostgresBinaries binaries) {
    ServerSettings settings =
        ServerSettings.of(
                server,
                home.sockets(),
                topology.name() + "/" + server.name(),
                topology.startLevel(),
                binaries.major())
            .over(ReplicationSettings.wanted(topology, server, binaries.major()));
    if (CronSettings.isWanted(topology, server) && binaries.hasLibrary(CronSettings.LIBRARY)) {
      settings.over(CronSettings.preloading());
    }
    return durable ? settings : settings.notDurable();
  }

  private void start(
      EmbeddedServer server, SortedMap<ServerName, Secret> passwords, Progress progress) {
    ServerName name = server.definition().name();
    Secret password = Objects.requireNonNull(passwords.get(name));
    List<String> told = new ArrayList<>();
    server.start(password, durable, told::add);
    requireOurs(server);
    told.forEach(message -> progress.report(name, message));
  }

  private PostgresBinaries binaries(SystemUser user) {
    return topology
        .postgresHome()
        .map(home -> PostgresBinaries.installed(home, user))
        .orElseGet(() -> PostgresBinaries.bundled(machine.cache(), user));
  }

  /** A server that another ppp has just started, or that recovers, does not answer at once. */
  private Session open(EmbeddedServer server) {
    long limit = System.nanoTime() + ANSWER_LIMIT.toNanos();
    while (true) {
      try {
        return new Connector(secrets, "ppp start").maintenance(server.definition());
      } catch (SqlFailure e) {
        boolean starting = e.isUnreachable() && Postmaster.find(server.data().path()).isPresent();
        if (!starting || System.nanoTime() > limit) {
          throw e;
        }
        LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
      }
    }
  }

  /** That the process that answers on the port is the one that works on our data. */
  private void requireOurs(EmbeddedServer server) {
    ServerDefinition definition = server.definition();
    try (Session session = open(server)) {
      boolean ours =
          session
              .queryOne(
                  "SELECT pg_catalog.current_setting('data_directory') AS folder",
                  row -> Path.of(row.string("folder")))
              .filter(folder -> isSame(folder, server.data().path()))
              .isPresent();
      if (!ours) {
        throw new PppException(
            Diagnostic.error(
                Code.OTHER_SERVER_ANSWERS,
                "another server than \""
                    + definition.name()
                    + "\" answers on port "
                    + definition.port(),
                "Stop that server, or give this one another port in shards.yaml; then `ppp stop`"
                    + " and `ppp start`."));
      }
    }
  }

  private static boolean isSame(Path one, Path other) {
    try {
      return Files.isSameFile(one, other);
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void stop(Progress progress) {
    alone(
        progress,
        () -> {
          EmbeddedHome home = home();
          stop(home, SystemUser.forServersIn(home.folder()), progress);
        });
  }

  private void stop(EmbeddedHome home, SystemUser user, Progress progress) {
    home.requireOwn();
    List<ServerName> running = new ArrayList<>(runningIn(home));
    for (ServerDefinition server : topology.servers()) {
      if (!running.contains(server.name())) {
        progress.report(server.name(), "does not run");
      }
    }
    if (running.isEmpty()) {
      return;
    }
    PostgresBinaries binaries = binaries(user);
    Fleet.each(
        running,
        name -> {
          new PgCtl(new DataFolder(name, home.of(name), binaries, user)).stop();
          progress.report(name, "stopped");
        });
  }

  /** Also those that left shards.yaml since they were started. */
  private static List<ServerName> runningIn(EmbeddedHome home) {
    return home.servers().stream()
        .filter(name -> Postmaster.find(home.of(name).resolve(DataFolder.NAME)).isPresent())
        .toList();
  }

  @Override
  public void destroy(Progress progress) {
    alone(
        progress,
        () -> {
          EmbeddedHome home = home();
          SystemUser user = SystemUser.forServersIn(home.folder());
          stop(home, user, progress);
          home.delete(user);
          new RuntimeSelection(topology).forget();
        });
  }

  @Override
  public List<ServerName> serversWithData() {
    return home().servers();
  }

  @Override
  public boolean isRunning(ServerDefinition server) {
    return Postmaster.find(home().of(server.name()).resolve(DataFolder.NAME)).isPresent();
  }

  @Override
  public Optional<Long> freeSpace(ServerDefinition server, String folder) {
    if (!isRunning(server)) {
      return Optional.empty();
    }
    Path data = home().of(server.name()).resolve(DataFolder.NAME);
    try {
      return Optional.of(Files.getFileStore(data.resolve(folder)).getUsableSpace());
    } catch (IOException e) {
      return Optional.empty(); // a folder that only the server's user may see
    }
  }

  /** Its Unix socket, which is faster than TCP and needs no open port. */
  @Override
  public HostPort addressFromVeneer(ServerDefinition shard) {
    return shard.address().orElseGet(() -> new HostPort(home().sockets().toString(), shard.port()));
  }
}
