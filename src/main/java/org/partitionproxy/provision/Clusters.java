package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.partitionproxy.topology.HostPort;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/**
 * Servers of a topology that are databases of one PostgreSQL server. They share its roles, so they
 * are changed one after the other.
 */
final class Clusters {

  private Clusters() {}

  static boolean same(ServerDefinition one, ServerDefinition other) {
    return key(one).equals(key(other));
  }

  /** The topology's servers, those of one PostgreSQL server together. */
  static List<List<ServerDefinition>> of(Topology topology) {
    Map<HostPort, List<ServerDefinition>> clusters = new LinkedHashMap<>();
    for (ServerDefinition server : topology.servers()) {
      clusters.computeIfAbsent(key(server), k -> new ArrayList<>()).add(server);
    }
    return new ArrayList<>(clusters.values());
  }

  private static HostPort key(ServerDefinition server) {
    boolean loopback = server.host().equals("localhost") || server.host().equals("::1");
    return loopback ? new HostPort("127.0.0.1", server.port()) : server.endpoint();
  }
}
