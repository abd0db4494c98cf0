package org.partitionproxy.migrate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;

/** Reads the history tables of many schemas at once. */
final class HistoryReader {

  /** In every tenant's schema; Flyway's default, so that its own tools find it. */
  static final Identifier TABLE = Identifier.of("flyway_schema_history");

  /**
   * Tables in one statement. Each costs three entries of the server's lock table (two indexes),
   * which has 6,400 on default settings.
   */
  private static final int TABLES_AT_ONCE = 1_000;

  private static final String SCHEMAS =
      """
      SELECT n.nspname AS schema, c.oid IS NOT NULL AS has_history
      FROM pg_catalog.pg_namespace n
      LEFT JOIN pg_catalog.pg_class c
        ON c.relnamespace = n.oid AND c.relname = 'flyway_schema_history' AND c.relkind = 'r'
      WHERE n.nspname = ANY (?)
      ORDER BY n.nspname""";

  /**
   * {@code query_to_xml} runs a query that is made in the server, here one for each table. A UNION
   * ALL over the tables gives the same rows, but it is planned as a whole, which takes five times
   * as long. In hexadecimal nothing of the row needs XML's escapes.
   *
   * @see <a
   *     href="https://www.postgresql.org/docs/18/functions-xml.html#FUNCTIONS-XML-MAPPING">PostgreSQL,
   *     9.15.4 Mapping Tables to XML</a>
   */
  private static final String HISTORIES =
      """
      SELECT n.nspname AS schema, entry.version, entry.description, entry.type, entry.script,
        entry.checksum, entry.success
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      CROSS JOIN LATERAL pg_catalog.query_to_xml(
        pg_catalog.format(
          'SELECT pg_catalog.encode(pg_catalog.convert_to('
            'pg_catalog.json_agg(h)::text, ''UTF8''), ''hex'') AS history '
          'FROM (SELECT installed_rank, version, description, type, script, checksum, success '
          'FROM %I.flyway_schema_history) h',
          n.nspname),
        false, false, '') AS result(document)
      CROSS JOIN LATERAL pg_catalog.json_to_recordset(
        pg_catalog.convert_from(
          pg_catalog.decode(
            substring(result.document::text FROM '<history>([0-9a-f]*)</history>'), 'hex'),
          'UTF8')::json)
        AS entry (installed_rank integer, version text, description text, type text, script text,
          checksum integer, success boolean)
      WHERE n.nspname = ANY (?) AND c.relname = 'flyway_schema_history' AND c.relkind = 'r'
      ORDER BY n.nspname, entry.installed_rank""";

  private record Found(Identifier schema, boolean hasHistory) {}

  private HistoryReader() {}

  /**
   * The history of each of these schemas that exists, in the order in which it was written; empty
   * where nothing was ever run.
   */
  static SortedMap<Identifier, List<AppliedMigration>> read(
      Session session, Collection<Identifier> schemas) {
    SortedMap<Identifier, List<AppliedMigration>> histories = new TreeMap<>();
    List<Identifier> withHistory = new ArrayList<>();
    for (Found found :
        session.query(
            SCHEMAS,
            row -> new Found(row.identifier("schema"), row.bool("has_history")),
            schemas.stream().map(Identifier::value).toList())) {
      histories.put(found.schema(), new ArrayList<>());
      if (found.hasHistory()) {
        withHistory.add(found.schema());
      }
    }
    for (int from = 0; from < withHistory.size(); from += TABLES_AT_ONCE) {
      int to = Math.min(from + TABLES_AT_ONCE, withHistory.size());
      session.query(
          HISTORIES,
          row -> {
            List<AppliedMigration> history = histories.get(row.identifier("schema"));
            return history != null && history.add(applied(row));
          },
          withHistory.subList(from, to).stream().map(Identifier::value).toList());
    }
    return histories;
  }

  private static AppliedMigration applied(Row row) {
    Optional<Long> checksum = row.findNumber("checksum");
    return new AppliedMigration(
        row.findString("version").flatMap(MigrationVersion::parse),
        row.string("description"),
        row.string("type"),
        row.string("script"),
        checksum.isPresent() ? OptionalInt.of(checksum.get().intValue()) : OptionalInt.empty(),
        row.bool("success"));
  }
}
