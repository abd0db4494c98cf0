package org.partitionproxy.plan;

import java.util.Locale;

/**
 * A part of the way, in the order in which they are made. Each is planned again just before it
 * runs, because it may depend on what the ones before it made.
 */
public enum Stage {
  /** The database and ppp's ledger, on every server. */
  SERVERS,
  ROLES,
  /** The tenants' schemas and who may use them. */
  SCHEMAS,
  /** The tenants' own migrations, on the shards. */
  MIGRATIONS,
  /** The veneer's way to the shards: postgres_fdw, foreign servers, user mappings. */
  FOREIGN_SERVERS,
  /** What shards know of their tenants' partitions, and the first ones of these. */
  PARTITIONS,
  /** The veneer's foreign tables. */
  MIRROR,
  /** What the shards do on a schedule. */
  JOBS,

  /** What goes from shards to their replicas, and the tables there. */
  REPLICAS;

  /** {@code foreign-servers}, as {@code --only} takes it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
