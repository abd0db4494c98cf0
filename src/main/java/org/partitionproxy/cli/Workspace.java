package org.partitionproxy.cli;

import java.util.Map;
import org.partitionproxy.db.Connector;
import org.partitionproxy.provision.Provisioner;
import org.partitionproxy.secret.SecretVault;
import org.partitionproxy.server.Runtimes;
import org.partitionproxy.server.ServerRuntime;
import org.partitionproxy.topology.Topology;

/** What most commands need: the topology, its secrets, its servers, and a way to reach them. */
record Workspace(
    Topology topology, SecretVault secrets, ServerRuntime runtime, Connector connector) {

  /** How a workspace is opened. */
  interface Opener {
    Workspace open(CommonOptions options, String command);
  }

  static Opener opener =
      (options, command) -> {
        throw new IllegalStateException(
            "ppp " + command + " cannot open " + options.config + " yet");
      };

  /**
   * Reads shards.yaml and what {@code .ppp} remembers; connects to nothing.
   *
   * @param command as servers show it in pg_stat_activity: {@code initialize}
   */
  static Workspace open(CommonOptions options, String command) {
    return opener.open(options, command);
  }

  /**
   * The workspace of a topology that was read. Its runtime is found at its first use, so that what
   * needs no server works before the first start.
   *
   * @param environment of ppp
   */
  static Workspace of(
      Topology topology, SecretVault secrets, String command, Map<String, String> environment) {
    return new Workspace(
        topology,
        secrets,
        runtimes(topology, secrets, environment).whenNeeded(),
        new Connector(secrets, "ppp " + command));
  }

  /** Looks at all servers, as much at once as there are cores. */
  Provisioner provisioner() {
    return provisioner(Runtime.getRuntime().availableProcessors());
  }

  /**
   * @param jobs how much is done at once
   */
  Provisioner provisioner(int jobs) {
    return new Provisioner(topology, secrets, connector, runtime::addressFromVeneer, jobs);
  }

  /** For start and stop, which choose a runtime and look whether there is one. */
  Runtimes runtimes(Map<String, String> environment) {
    return runtimes(topology, secrets, environment);
  }

  /** The one place that says which class runs containers. */
  private static Runtimes runtimes(
      Topology topology, SecretVault secrets, Map<String, String> environment) {
    return new Runtimes(
        topology,
        secrets,
        environment,
        () -> false,
        () -> {
          throw new IllegalStateException("ppp does not run containers yet");
        });
  }
}
