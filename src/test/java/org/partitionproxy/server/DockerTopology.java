package org.partitionproxy.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
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
