package org.partitionproxy.topology;

import org.partitionproxy.sql.Identifier;

/**
 * One tenant: one schema, on one shard.
 *
 * @param limits of its own role
 */
public record Tenant(TenantName name, Identifier schema, ServerName shard, Limits limits) {

  /** One without limits. */
  public Tenant(TenantName name, Identifier schema, ServerName shard) {
    this(name, schema, shard, Limits.NONE);
  }

  /**
   * Where each tenant's schema keeps its applied migrations: Flyway's default, so that its own
   * tools find it. Nobody but the owner may see it, and the veneer does not show it.
   */
  public static final Identifier HISTORY_TABLE = Identifier.of("flyway_schema_history");

  /** Of a tenant's own role: {@code bluth_co_app}. */
  static final String ROLE_SUFFIX = "_app";

  /** Of schemas of the veneer that show replicas. */
  public static final String REPLICA_SUFFIX = "_replica";

  /** Whether the veneer can show what a replica has of a tenant with this schema. */
  public static boolean hasRoomForReads(Identifier schema) {
    return Identifier.isValid(schema.value() + REPLICA_SUFFIX);
  }

  /** Where the veneer shows what a replica has of a tenant with this schema. */
  public static Identifier replicaSchema(Identifier schema) {
    return Identifier.of(schema.value() + REPLICA_SUFFIX);
  }

  /** Where the veneer shows what a replica has of it: {@code bluth_co_replica}. */
  public Identifier replicaSchema() {
    return replicaSchema(schema);
  }

  /** The role that may use this tenant's schema and no other; it has this name on every server. */
  public Identifier role() {
    return Identifier.of(schema.value() + ROLE_SUFFIX);
  }
}
