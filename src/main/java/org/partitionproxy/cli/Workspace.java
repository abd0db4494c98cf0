package org.partitionproxy.cli;

import org.partitionproxy.db.Connector;
import org.partitionproxy.secret.SecretVault;
import org.partitionproxy.server.ServerRuntime;
import org.partitionproxy.topology.Topology;

/** What most commands need: the topology, its secrets, its servers, and a way to reach them. */
record Workspace(
    Topology topology, SecretVault secrets, ServerRuntime runtime, Connector connector) {

  /** How a workspace is opened, until the runtimes are there. */
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
}
