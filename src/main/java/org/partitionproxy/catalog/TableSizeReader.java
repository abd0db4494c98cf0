package org.partitionproxy.catalog;

import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;

/**
 * Reads how large tables are, and how much was written, from counters that cost writers nothing.
 */
public final class TableSizeReader {

  /**
   * The counters of live rows begin anew when statistics are reset or the server crashes; until
   * (auto)vacuum or (auto)analyze has looked at the table since, its estimate may be nearer.
   *
   * @see <a href="https://www.postgresql.org/docs/18/monitoring-stats.html">PostgreSQL, 27.2 The
   *     Cumulative Statistics System</a>
   */
  private static final String SIZES =
      """
      WITH RECURSIVE member (root, oid) AS (
        SELECT c.oid, c.oid
        FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY (?) AND c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition
        UNION ALL
        SELECT m.root, i.inhrelid
        FROM member AS m
        JOIN pg_catalog.pg_inherits AS i ON i.inhparent = m.oid)
      SELECT n.nspname, c.relname,
        pg_catalog.sum(CASE
          WHEN coalesce(
              pg_catalog.pg_stat_get_last_analyze_time(m.oid),
              pg_catalog.pg_stat_get_last_autoanalyze_time(m.oid),
              pg_catalog.pg_stat_get_last_vacuum_time(m.oid),
              pg_catalog.pg_stat_get_last_autovacuum_time(m.oid)) IS NULL
            THEN greatest(p.reltuples::bigint, pg_catalog.pg_stat_get_live_tuples(m.oid), 0)
          ELSE pg_catalog.pg_stat_get_live_tuples(m.oid)
        END)::bigint AS rows,
        pg_catalog.sum(pg_catalog.pg_stat_get_tuples_inserted(m.oid)
          + pg_catalog.pg_stat_get_tuples_updated(m.oid)
          + pg_catalog.pg_stat_get_tuples_deleted(m.oid))::bigint AS changes,
        coalesce(pg_catalog.sum(pg_catalog.pg_relation_size(m.oid)), 0)::bigint AS bytes
      FROM member AS m
      JOIN pg_catalog.pg_class AS p ON p.oid = m.oid AND p.relkind <> 'p'
      JOIN pg_catalog.pg_class AS c ON c.oid = m.root
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      GROUP BY n.nspname, c.relname
      ORDER BY n.nspname, c.relname""";

  /**
   * One table, with its partitions and children.
   *
   * @param rows about so many
   * @param changes rows that were inserted, updated or deleted since the counters began
   * @param bytes on disk, without indexes
   */
  public record Size(long rows, long changes, long bytes) {}

  /** Of all tables and materialized views of these schemas but partitions. */
  public SortedMap<QualifiedName, Size> read(Session shard, Collection<Identifier> schemas) {
    TreeMap<QualifiedName, Size> sizes = new TreeMap<>();
    shard.forEach(
        SIZES,
        row ->
            sizes.put(
                new QualifiedName(row.identifier("nspname"), row.identifier("relname")),
                new Size(row.number("rows"), row.number("changes"), row.number("bytes"))),
        schemas.stream().map(Identifier::value).toList());
    return sizes;
  }
}
