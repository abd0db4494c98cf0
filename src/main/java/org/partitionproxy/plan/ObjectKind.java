package org.partitionproxy.plan;

import java.util.Locale;

/** Kinds of things that change. */
public enum ObjectKind {
  DATABASE,
  /** Schema {@code ppp} of a server: the ledger, the functions that read its log, and guards. */
  LEDGER,
  ROLE,
  SCHEMA,
  /** What everybody may read and call of PostgreSQL's own. */
  PUBLIC_RIGHTS,
  MIGRATION,
  EXTENSION,
  FOREIGN_SERVER,
  USER_MAPPING,
  /** One on a shard's table, that gives its rows numbers. */
  TRIGGER,
  /** What a shard knows of one table's partitions. */
  PARTITION_POLICY,
  /** Something that a shard does on a schedule. */
  JOB,
  /** One that a tenant's tables use. */
  TYPE,
  FOREIGN_TABLE,
  /** A table of schema {@code everyone}, or a tenant's that is in it. */
  TABLE,
  /** A view of a shard's schema {@code everyone}. */
  VIEW,
  /** Somebody's on the veneer, whose rows go when a table under it is made anew. */
  MATERIALIZED_VIEW,
  /** What a shard offers a replica. */
  PUBLICATION,
  /** What a shard keeps for a replica that has not read it yet. */
  REPLICATION_SLOT,
  /** What a replica asks of its shard. */
  SUBSCRIPTION,
  /** What the veneer's planner knows about a tenant's foreign tables. */
  STATISTICS;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
