package org.partitionproxy.cli;

import org.partitionproxy.db.Connector;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.secret.SecretVault;
import org.partitionproxy.server.ServerRuntime;
import org.partitionproxy.topology.Topology;

/** What most commands need: the topology, its secrets, its servers, and a way to reach them. */
record Workspace(
    Topology topology, SecretVault secrets, ServerRuntime runtime, Connector connector) {

  /**
   * Reads shards.yaml and what {@code .ppp} remembers; connects to nothing.
   *
   * @param command as servers show it in pg_stat_activity: {@code initialize}
   */
  static Workspace open(CommonOptions options, String command) {
    throw new PppException(
        Diagnostic.error(Code.BUG, "ppp " + command + " is not wired to " + options.config, ""));
  }
}
