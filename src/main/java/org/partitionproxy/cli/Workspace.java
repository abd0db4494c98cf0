package org.partitionproxy.cli;

import java.util.Map;
import java.util.Optional;
import org.partitionproxy.db.Ahead;
import org.partitionproxy.db.Connector;
import org.partitionproxy.provision.Provisioner;
import org.partitionproxy.secret.SecretStore;
import org.partitionproxy.secret.SecretVault;
import org.partitionproxy.server.RuntimeKind;
import org.partitionproxy.server.Runtimes;
import org.partitionproxy.server.ServerRuntime;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;
import org.partitionproxy.topology.TopologyReader;

/** What most commands need: the topology, its secrets, its servers, and a way to reach them. */
record Workspace(Topology topology, SecretVault secrets, Runtimes runtimes, Connector connector) {

  /**
   * Reads shards.yaml and what {@code .ppp} remembers; connects to nothing.
   *
   * @param command as servers show it in pg_stat_activity: {@code initialize}
   */
  static Workspace open(CommonOptions options, String command) {
    Ahead.run("ppp-driver", Connector::prepare);
    Map<String, String> environment = System.getenv();
    Topology topology = TopologyReader.read(options.config, environment);
    SecretStore secrets = SecretStore.open(topology.stateFolder(), topology.name());
    return new Workspace(
        topology,
        secrets,
        new Runtimes(topology, secrets, environment),
        new Connector(secrets, "ppp " + command));
  }

  /** Found at its first use, so that what needs no server works before the first start. */
  ServerRuntime runtime() {
    return runtimes.whenNeeded();
  }

  /**
   * In bytes; empty where that can't be seen from here.
   *
   * @param folder in which a tablespace of the server is; empty for its data directory
   */
  Optional<Long> freeSpace(ServerDefinition server, String folder) {
    return runtimes.find().flatMap(runtime -> runtime.freeSpace(server, folder));
  }

  /** Looks at all servers, as much at once as there are cores. */
  Provisioner provisioner() {
    return provisioner(Runtime.getRuntime().availableProcessors());
  }

  /**
   * @param jobs how much is done at once
   */
  Provisioner provisioner(int jobs) {
    ServerRuntime runtime = runtime();
    boolean ownServers = runtime.kind() != RuntimeKind.EXTERNAL;
    return new Provisioner(
        topology, secrets, connector, runtime::addressFromVeneer, ownServers, jobs);
  }
}
