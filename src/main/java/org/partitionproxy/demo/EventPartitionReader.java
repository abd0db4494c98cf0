package org.partitionproxy.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.partitionproxy.db.Session;
import org.partitionproxy.demo.EventPartitions.Partition;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;

/** Reads the partitions of a table of events, and counts the rows of the newest. */
public final class EventPartitionReader {

  private final QualifiedName table;
  private final Sql query;
  private final Duration window;

  /**
   * @param window how far back it looks: the partitions of a longer past are but counted
   */
  public EventPartitionReader(QualifiedName table, Duration window) {
    this.table = table;
    this.window = window;
    this.query =
        Sql.of(
            """
            SELECT c.relname, clock_timestamp() AS at, coalesce(e.rows, 0) AS rows,
              r.lower::timestamp AT TIME ZONE 'UTC' AS lower, r.upper::timestamp AT TIME ZONE 'UTC' AS upper
            FROM pg_catalog.pg_namespace AS n
            JOIN pg_catalog.pg_class AS p ON p.relnamespace = n.oid
            CROSS JOIN LATERAL ppp.range_partitions(p.oid) AS r
            JOIN pg_catalog.pg_class AS c ON c.oid = r.partition
            LEFT JOIN (
              SELECT tableoid, count(*) AS rows
              FROM {}
              WHERE created_at >= (now() - ? * interval '1 second') AT TIME ZONE 'UTC'
              GROUP BY tableoid
            ) AS e ON e.tableoid = c.oid
            WHERE n.nspname = ? AND p.relname = ? AND NOT r.is_default AND NOT r.is_detaching
            ORDER BY lower""",
            table);
  }

  /** As the server's superuser, on the shard. */
  public EventPartitions read(Session session) {
    List<Row> rows =
        session.query(
            query,
            row ->
                new Row(
                    row.instant("at"),
                    new Partition(
                        row.string("relname"),
                        row.instant("lower"),
                        row.instant("upper"),
                        row.number("rows"))),
            // The first of the shown ones is counted whole.
            window.multipliedBy(2).toSeconds(),
            table.schema().value(),
            table.name().value());
    Instant at = rows.isEmpty() ? Instant.now() : rows.get(0).at();
    List<Partition> shown =
        rows.stream()
            .map(Row::partition)
            .filter(partition -> partition.upper().isAfter(at.minus(window)))
            .toList();
    return new EventPartitions(at, rows.size() - shown.size(), shown);
  }

  private record Row(Instant at, Partition partition) {}
}
