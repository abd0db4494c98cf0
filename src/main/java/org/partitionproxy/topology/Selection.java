package org.partitionproxy.topology;

import java.util.List;

/**
 * For which tenants and shards an entry of shards.yaml is.
 *
 * @param tenants empty for all
 * @param shards empty for all
 */
public record Selection(List<TenantName> tenants, List<ServerName> shards) {

  public static final Selection ALL = new Selection(List.of(), List.of());

  public Selection {
    tenants = List.copyOf(tenants);
    shards = List.copyOf(shards);
  }

  public boolean has(Tenant tenant) {
    return has(tenant.shard()) && (tenants.isEmpty() || tenants.contains(tenant.name()));
  }

  public boolean has(ServerName shard) {
    return shards.isEmpty() || shards.contains(shard);
  }
}
