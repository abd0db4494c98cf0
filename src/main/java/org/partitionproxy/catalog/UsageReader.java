package org.partitionproxy.catalog;

import java.time.Instant;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;

/** What servers and schemas hold, in figures: one query per server. */
public final class UsageReader {

  /** The sizes are those that the last VACUUM or ANALYZE saw: reading them opens no file. */
  private static final String ESTIMATED =
      """
      SELECT n.nspname,
        pg_catalog.count(*) FILTER (WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND c.relname <> 'flyway_schema_history') AS tables,
        coalesce(pg_catalog.sum(c.relpages::bigint)
          * pg_catalog.current_setting('block_size')::bigint, 0)::bigint AS bytes
      FROM pg_catalog.pg_namespace AS n
      LEFT JOIN pg_catalog.pg_class AS c
        ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'i', 'm', 'S')
      WHERE n.nspname = ANY (?)
      GROUP BY n.nspname
      ORDER BY n.nspname""";

  private static final String EXACT =
      """
      SELECT n.nspname,
        pg_catalog.count(*) FILTER (WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND c.relname <> 'flyway_schema_history') AS tables,
        coalesce(pg_catalog.sum(pg_catalog.pg_total_relation_size(c.oid)), 0)::bigint AS bytes
      FROM pg_catalog.pg_namespace AS n
      LEFT JOIN pg_catalog.pg_class AS c
        ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'm', 'S')
      WHERE n.nspname = ANY (?)
      GROUP BY n.nspname
      ORDER BY n.nspname""";

  /**
   * Of one schema.
   *
   * @param tables without partitions and without the history of migrations
   * @param bytes with indexes
   */
  public record Usage(long tables, long bytes) {}

  /**
   * Of a server.
   *
   * @param version as it calls itself: {@code 18.6}
   */
  public record Uptime(String version, Instant startedAt) {}

  /** By schema; one that does not exist is not in it. */
  public SortedMap<Identifier, Usage> usage(
      Session session, SortedSet<Identifier> schemas, boolean exact) {
    TreeMap<Identifier, Usage> usage = new TreeMap<>();
    if (exact) {
      session.forEach(
          EXACT,
          row ->
              usage.put(
                  row.identifier("nspname"), new Usage(row.number("tables"), row.number("bytes"))),
          Scope.names(schemas));
    } else {
      session.forEach(
          ESTIMATED,
          row ->
              usage.put(
                  row.identifier("nspname"), new Usage(row.number("tables"), row.number("bytes"))),
          Scope.names(schemas));
    }
    return usage;
  }

  public Uptime uptime(Session session) {
    return session
        .query(
            """
            SELECT pg_catalog.split_part(pg_catalog.current_setting('server_version'), ' ', 1)
              AS version, pg_catalog.pg_postmaster_start_time() AS started_at""",
            row -> new Uptime(row.string("version"), row.instant("started_at")))
        .get(0);
  }
}
