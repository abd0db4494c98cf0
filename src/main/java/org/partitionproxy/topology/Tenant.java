package org.partitionproxy.topology;

import org.partitionproxy.sql.Identifier;

/** One tenant: one schema, on one shard. */
public record Tenant(TenantName name, Identifier schema, ServerName shard) {

  /** Of a tenant's own role: {@code bluth_co_app}. */
  static final String ROLE_SUFFIX = "_app";

  /** The role that may use this tenant's schema and no other; it has this name on every server. */
  public Identifier role() {
    return Identifier.of(schema.value() + ROLE_SUFFIX);
  }
}
