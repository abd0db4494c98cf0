package org.partitionproxy.migrate;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;

/**
 * Indexes that an interrupted {@code CREATE INDEX CONCURRENTLY} or {@code REINDEX CONCURRENTLY}
 * left behind: they cost every write, no query uses them, and {@code IF NOT EXISTS} takes them for
 * the real thing.
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/18/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY">PostgreSQL,
 *     Building Indexes Concurrently</a>
 */
final class InvalidIndexes {

  /** Those that somebody is building right now are not left behind. */
  private static final String INVALID =
      """
      SELECT c.relname AS name, t.relname AS table_name
      FROM pg_catalog.pg_index i
      JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
      JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND c.relkind = 'i' AND NOT i.indisvalid
        AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_stat_progress_create_index p
          WHERE p.datname = pg_catalog.current_database() AND p.index_relid = c.oid)
      ORDER BY c.relname""";

  private static final Pattern CONCURRENTLY =
      Pattern.compile("\\bCONCURRENTLY\\b", Pattern.CASE_INSENSITIVE);
  private static final Pattern REPAIRS =
      Pattern.compile("\\b(DROP\\s+INDEX|REINDEX)\\b", Pattern.CASE_INSENSITIVE);

  private InvalidIndexes() {}

  private record Found(QualifiedName index, String table) {}

  static List<QualifiedName> in(Session session, Identifier schema) {
    return find(session, schema).stream().map(Found::index).toList();
  }

  /**
   * Those that this script seems to have left when it was cut short: the script builds indexes
   * concurrently, names the index or its table, and has nothing in it that would mend that.
   */
  static List<QualifiedName> leftBy(Session session, Identifier schema, String script) {
    if (!CONCURRENTLY.matcher(script).find() || REPAIRS.matcher(script).find()) {
      return List.of();
    }
    return find(session, schema).stream()
        .filter(f -> names(script, f.index().name().value()) || names(script, f.table()))
        .map(Found::index)
        .toList();
  }

  private static boolean names(String script, String name) {
    return Pattern.compile("(?<!\\w)" + Pattern.quote(name) + "(?!\\w)").matcher(script).find();
  }

  private static List<Found> find(Session session, Identifier schema) {
    return session.query(
        INVALID,
        row ->
            new Found(new QualifiedName(schema, row.identifier("name")), row.string("table_name")),
        schema.value());
  }

  /** The statements that remove them, for a person to run. */
  static String removal(List<QualifiedName> indexes) {
    return indexes.stream()
        .map(index -> Sql.of("DROP INDEX CONCURRENTLY {};", index).toString())
        .collect(Collectors.joining("\n"));
  }
}
