package org.partitionproxy.partition;

import org.partitionproxy.db.Session;

/** What a shard notes of partitions before they are taken away. */
final class RetiredNotes {

  private static final String NOTE =
      """
      INSERT INTO ppp.retired_partition
        (relation, name, parent_schema, parent_name, lower, upper, upper_position, retire)
      SELECT c.oid, c.relname, ?, ?, ?, ?, ?, ?
      FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND c.relname = ?
      ON CONFLICT (relation) DO UPDATE SET name = EXCLUDED.name, lower = EXCLUDED.lower,
        upper = EXCLUDED.upper, upper_position = EXCLUDED.upper_position,
        retire = EXCLUDED.retire, noted_at = EXCLUDED.noted_at""";

  /** Of tables that are gone, and of partitions that stayed: their retirement did not begin. */
  private static final String FORGET =
      """
      DELETE FROM ppp.retired_partition AS r
      WHERE r.parent_schema = ? AND r.parent_name = ? AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_class AS c
        LEFT JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = c.oid
        WHERE c.oid = r.relation AND (i.inhparent IS NULL OR i.inhdetachpending))""";

  private final Session session;

  RetiredNotes(Session session) {
    this.session = session;
  }

  void note(PartitionedTable table, Partition partition, Horizon wanted) {
    PartitionRange range = partition.range().orElseThrow();
    session.update(
        NOTE,
        table.name().schema().value(),
        table.name().name().value(),
        range.lower(),
        range.upper(),
        range.to(),
        wanted.retire(),
        partition.name().schema().value(),
        partition.name().name().value());
  }

  /**
   * Forgets what leads nowhere, so that nothing is ever taken for a retired partition that is none.
   */
  void forgetStale(PartitionedTable table) {
    session.update(FORGET, table.name().schema().value(), table.name().name().value());
  }
}
