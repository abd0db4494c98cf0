package org.partitionproxy.topology;

import java.util.Optional;
import org.partitionproxy.sql.Identifier;

/**
 * One tenant as far as it could be read: what is empty was reported.
 *
 * @param schema where it has no {@code schema:}, its place is the tenant's name
 */
record TenantDraft(
    Placed<String> name,
    Optional<Placed<String>> shard,
    Optional<Placed<Identifier>> schema,
    Limits limits) {

  /** To be called only when nothing was reported. */
  Tenant toTenant() {
    return new Tenant(
        new TenantName(name.value()),
        schema.orElseThrow().value(),
        new ServerName(shard.orElseThrow().value()),
        limits);
  }
}
