package org.partitionproxy.web;

import java.util.List;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.topology.Topology;

/**
 * What the page draws its map of.
 *
 * @param keptTraces as many as the page, too, should keep
 */
record ShownTopology(
    String name,
    List<ServerName> veneers,
    List<ServerName> shards,
    List<ShownTenant> tenants,
    boolean valuesShown,
    int keptTraces) {

  record ShownTenant(TenantName name, ServerName shard) {}

  static ShownTopology of(Topology topology, boolean valuesShown, int keptTraces) {
    return new ShownTopology(
        topology.name(),
        topology.veneers().stream().map(ServerDefinition::name).toList(),
        topology.shards().stream().map(ServerDefinition::name).toList(),
        topology.tenants().stream()
            .map(tenant -> new ShownTenant(tenant.name(), tenant.shard()))
            .toList(),
        valuesShown,
        keptTraces);
  }
}
