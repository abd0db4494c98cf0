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
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;

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
          rowsOf(withHistory.subList(from, to)),
          row -> {
            List<AppliedMigration> history = histories.get(row.identifier("schema"));
            return history != null && history.add(applied(row));
          });
    }
    return histories;
  }

  private static Sql rowsOf(List<Identifier> schemas) {
    return Sql.of(
        "{}\nORDER BY schema, installed_rank",
        Sql.join("\nUNION ALL\n", schemas.stream().map(HistoryReader::rowsOf).toList()));
  }

  private static Sql rowsOf(Identifier schema) {
    return Sql.of(
        """
        SELECT {} AS schema, installed_rank, version, description, type, script, checksum, success
        FROM {}""",
        Literal.of(schema.value()),
        new QualifiedName(schema, TABLE));
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
