package org.partitionproxy.trace;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.topology.Topology;

/** Whose roles and schemas are whose. */
final class Roles {

  private final Map<String, TenantName> byRole = new HashMap<>();
  private final Map<String, TenantName> bySchema = new HashMap<>();

  Roles(Topology topology) {
    for (Tenant tenant : topology.tenants()) {
      byRole.put(tenant.role().value(), tenant.name());
      bySchema.put(tenant.schema().value(), tenant.name());
    }
  }

  /** Of the tenant's own role. */
  Optional<TenantName> tenant(Optional<String> role) {
    return role.map(byRole::get);
  }

  /** Of SQL that names one tenant's schema and no other's. */
  Optional<TenantName> named(Set<String> names) {
    Set<TenantName> found = new HashSet<>();
    names.forEach(
        name -> {
          TenantName tenant = bySchema.get(name);
          if (tenant != null) {
            found.add(tenant);
          }
        });
    return found.size() == 1 ? found.stream().findFirst() : Optional.empty();
  }

  /**
   * Whether a session of that role at a shard can be of a veneer session of this user. A tenant can
   * give its own sessions any application name: what it forges must not show with another tenant's
   * statements.
   */
  boolean fits(Optional<String> veneerUser, Optional<String> shardRole) {
    Optional<TenantName> asker = tenant(shardRole);
    return asker.isEmpty() || tenant(veneerUser).isEmpty() || tenant(veneerUser).equals(asker);
  }
}
