package org.partitionproxy.server;

import java.util.List;
import java.util.Optional;
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

  /**
   * The servers whose data {@link #destroy} would delete, whether shards.yaml still names them or
   * not.
   *
   * @throws org.partitionproxy.diagnostic.PppException if the servers are not ppp's to delete
   */
  List<ServerName> serversWithData();

  /**
   * Stops the servers and deletes all their data: there is no way back. The next start may choose
   * another runtime.
   *
   * @throws org.partitionproxy.diagnostic.PppException if the servers are not ppp's to delete
   */
  void destroy(Progress progress);

  /** Whether the server's process or container runs, whatever its state. */
  boolean isRunning(ServerDefinition server);

  /** The running container of a server, for {@code docker exec}; empty if it has none. */
  default Optional<String> findContainer(ServerDefinition server) {
    return Optional.empty();
  }

  /**
   * How many bytes a running server can still write; empty where its disks are not this machine's.
   *
   * @param folder as the server names it; empty for its data directory
   */
  default Optional<Long> freeSpace(ServerDefinition server, String folder) {
    return Optional.empty();
  }

  /**
   * Where the veneer, or a replica, reaches this shard: a service name, a folder of Unix sockets,
   * an address.
   */
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
