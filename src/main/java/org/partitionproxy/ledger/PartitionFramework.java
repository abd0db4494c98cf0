package org.partitionproxy.ledger;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.sql.SqlResource;

/**
 * Schema {@code partmanteau} in a shard's database: functions for partitioning strategies that
 * developers write themselves. The schema's comment says whose it is, for it may outlive the
 * ledger.
 *
 * @param digest of its functions; empty if the schema was not made by ppp
 */
public record PartitionFramework(String digest) {

  public static final Identifier SCHEMA = Identifier.of("partmanteau");

  private static final SqlResource SQL =
      SqlResource.load("/org/partitionproxy/ledger/partmanteau.sql");

  /** As this ppp makes it. */
  public static final PartitionFramework CURRENT =
      new PartitionFramework(SqlResource.digest(List.of(SQL)));

  private static final String COMMENT =
      "Written by ppp, the PostgreSQL Partition Proxy. Functions: ";

  private static final Pattern COMMENTED =
      Pattern.compile(Pattern.quote(COMMENT) + "([0-9a-f]{1,8})");

  /** Empty where there is no such schema. */
  public static Optional<PartitionFramework> find(Session session) {
    return session
        .queryOne(
            """
            SELECT coalesce(pg_catalog.obj_description(n.oid, 'pg_namespace'), '') AS comment
            FROM pg_catalog.pg_namespace AS n
            WHERE n.nspname = ?""",
            row -> row.string("comment"),
            SCHEMA.value())
        .map(
            comment -> {
              Matcher matcher = COMMENTED.matcher(comment);
              return new PartitionFramework(matcher.matches() ? matcher.group(1) : "");
            });
  }

  public boolean isOurs() {
    return !digest.isEmpty();
  }

  /** What makes or mends it; partitions and what is known of them stay. */
  public List<Sql> statements() {
    return List.of(
        Sql.resource(SQL),
        Sql.of("COMMENT ON SCHEMA {} IS {}", SCHEMA, Literal.of(COMMENT + CURRENT.digest())));
  }

  /**
   * The tables with partitions that it made and that are still there.
   *
   * @param besides the schemas that are about to go
   */
  public static List<String> tables(Session session, Collection<Identifier> besides) {
    boolean there =
        session
            .query(
                "SELECT pg_catalog.to_regclass('partmanteau.table_partitions') IS NOT NULL AS there",
                row -> row.bool("there"))
            .get(0);
    return there
        ? session.query(
            """
            SELECT DISTINCT p.schema_name || '.' || p.table_name AS name
            FROM partmanteau.table_partitions AS p
            JOIN pg_catalog.pg_namespace AS n ON n.nspname = p.schema_name
            JOIN pg_catalog.pg_class AS c
              ON c.relnamespace = n.oid AND c.relname = p.table_partition_name
            WHERE p.schema_name <> ALL (?)
            ORDER BY name""",
            row -> row.string("name"),
            besides.stream().map(Identifier::value).toList())
        : List.of();
  }
}
