package org.partitionproxy.provision;

import org.partitionproxy.topology.HostPort;
import org.partitionproxy.topology.ServerDefinition;

/** How the veneer, or a replica, reaches a shard; where servers run decides it. */
public interface VeneerRoute {
  HostPort address(ServerDefinition shard);
}
