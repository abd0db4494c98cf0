package org.partitionproxy.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.secret.SecretEntry;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.secret.SecretVault;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.testing.TestServer;
import org.partitionproxy.topology.RuntimeChoice;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.SslMode;
import org.partitionproxy.topology.Topology;

/** Topologies for the tests of containers. */
final class DockerTopology {

  private DockerTopology() {}

  /** A veneer and one shard, on free ports. */
  static Topology small(Path home, String name) {
    return of(
        home,
        name,
        ServerDefinition.local(ServerName.VENEER, TestServer.freePort(), Identifier.of("app")),
        List.of(
            ServerDefinition.local(
                new ServerName("shard1"), TestServer.freePort(), Identifier.of("app"))));
  }

  static Topology of(
      Path home, String name, ServerDefinition veneer, List<ServerDefinition> shards) {
    return new Topology(
        home.resolve("shards.yaml"),
        name,
        RuntimeChoice.DOCKER,
        veneer.database(),
        Optional.empty(),
        Optional.empty(),
        veneer,
        shards,
        List.of());
  }

  static ServerDefinition with(ServerDefinition server, SortedMap<String, String> settings) {
    return new ServerDefinition(
        server.name(),
        server.host(),
        server.port(),
        Optional.empty(),
        server.database(),
        server.user(),
        Optional.empty(),
        SslMode.PREFER,
        Optional.empty(),
        settings,
        new TreeMap<>());
  }

  /** Passwords that last as long as the test. */
  static final class MemoryVault implements SecretVault {
    private final SortedMap<SecretName, Secret> secrets = new TreeMap<>();

    @Override
    public SortedMap<SecretName, Secret> beginRotation(Collection<SecretName> names) {
      throw new AssertionError("no password is rotated here");
    }

    @Override
    public void finishRotation(Collection<SecretName> names) {
      throw new AssertionError("no password is rotated here");
    }

    @Override
    public SortedMap<SecretName, Secret> pendingRotations() {
      return new TreeMap<>();
    }

    @Override
    public synchronized Optional<Secret> find(SecretName name) {
      return Optional.ofNullable(secrets.get(name));
    }

    @Override
    public List<SecretEntry> entries() {
      return List.of();
    }

    @Override
    public synchronized SortedMap<SecretName, Secret> ensure(Collection<SecretName> names) {
      SortedMap<SecretName, Secret> found = new TreeMap<>();
      names.forEach(
          name ->
              found.put(
                  name, secrets.computeIfAbsent(name, n -> Secret.of("it's a $ecret \\ of " + n))));
      return found;
    }
  }

  /** Keeps what a runtime reports. */
  static final class Reports implements ServerRuntime.Progress {
    private final List<String> lines = new ArrayList<>();

    @Override
    public synchronized void report(ServerName server, String message) {
      lines.add(server + ": " + message);
    }

    synchronized List<String> lines() {
      return List.copyOf(lines);
    }
  }
}
