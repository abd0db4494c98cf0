package org.partitionproxy.catalog;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.ShardTrigger;

/** Reads ppp's triggers on the tables of some schemas, in one query. */
public final class ShardTriggerReader {

  /** Those of partitions come with their parent's. */
  private static final String TRIGGERS =
      """
      SELECT n.nspname, c.relname, g.tgname, g.tgargs
      FROM pg_catalog.pg_trigger AS g
      JOIN pg_catalog.pg_class AS c ON c.oid = g.tgrelid
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = ANY (?) AND NOT g.tgisinternal AND g.tgparentid = 0
        AND pg_catalog.starts_with(g.tgname::text, ?)
      ORDER BY n.nspname, c.relname, g.tgname""";

  public List<ShardTrigger> read(Session session, SortedSet<Identifier> schemas) {
    return session.query(
        TRIGGERS, ShardTriggerReader::trigger, Scope.names(schemas), ShardTrigger.PREFIX);
  }

  /** Each argument ends with a NUL. */
  private static ShardTrigger trigger(Row row) {
    String arguments =
        row.findBytes("tgargs").map(b -> new String(b, StandardCharsets.UTF_8)).orElse("");
    return new ShardTrigger(
        new QualifiedName(row.identifier("nspname"), row.identifier("relname")),
        row.identifier("tgname"),
        arguments.isEmpty() ? List.of() : Arrays.asList(arguments.split("\0")));
  }
}
