package org.partitionproxy.topology;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.sql.Identifier;

/**
 * One entry of {@code partitions:}, for the tables of one name in all tenants' schemas.
 *
 * @param policy of tenants that have none of their own
 * @param ofTenants whole policies, in which what a tenant doesn't say is as in the other
 */
public record PartitionRules(
    PartitionPolicy policy, SortedMap<TenantName, PartitionPolicy> ofTenants) {

  public PartitionRules {
    ofTenants = Collections.unmodifiableSortedMap(new TreeMap<>(ofTenants));
  }

  public Identifier table() {
    return policy.table();
  }

  /** What holds for a tenant, if it has the table. */
  public PartitionPolicy of(TenantName tenant) {
    return ofTenants.getOrDefault(tenant, policy);
  }
}
