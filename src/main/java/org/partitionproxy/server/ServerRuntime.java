package org.partitionproxy.server;

import org.partitionproxy.topology.HostPort;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;

/** Starts and stops the servers of one topology. Every method can be called again at any time. */
public interface ServerRuntime {

  RuntimeKind kind();

  /**
   * Starts every server that does not run, in parallel, and returns when each accepts connections
   * with its superuser's password. Servers that run are left alone.
   *
   * @throws org.partitionproxy.diagnostic.PppException naming each server that did not start and
   *     why; the others run
   */
  void start(Progress progress);

  /** Stops the servers that ppp started and keeps their data; clients are disconnected. */
  void stop(Progress progress);

  /** Whether the server's process or container runs, whatever its state. */
  boolean isRunning(ServerDefinition server);

  /** Where the veneer reaches this shard: a service name, a folder of Unix sockets, an address. */
  HostPort addressFromVeneer(ServerDefinition shard);

  /** Told as work goes on; called from several threads. */
  interface Progress {
    Progress SILENT = (server, message) -> {};

    /**
     * @param message what happened, lower-case: {@code started on port 14797 in 0.8 s}
     */
    void report(ServerName server, String message);
  }
}
