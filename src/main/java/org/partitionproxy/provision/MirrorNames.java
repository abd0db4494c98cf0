package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;

/**
 * The names of a schema's tables and columns at one moment, by what stays when they are renamed. A
 * comparison of shapes would take a renamed column for one that was dropped and another that was
 * added, and views on the veneer would be in the way of that.
 *
 * @param names by table and number of the column, 0 for the table itself
 */
record MirrorNames(Map<Key, String> names) {

  private static final String NAMES =
      """
      SELECT c.oid::text AS oid, 0 AS number, c.relname AS name
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
      UNION ALL
      SELECT c.oid::text, a.attnum, a.attname
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_attribute AS a
        ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE n.nspname = ? AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
      ORDER BY 1, 2""";

  record Key(String table, int column) {}

  /**
   * @param table by its old name
   * @param column empty text for the table itself
   */
  record Rename(String table, String column, String to) {

    boolean ofTable() {
      return column.isEmpty();
    }

    Sql sql(Identifier schema) {
      QualifiedName name = new QualifiedName(schema, Identifier.of(table));
      return ofTable()
          ? Sql.of("ALTER FOREIGN TABLE {} RENAME TO {}", name, Identifier.of(to))
          : Sql.of(
              "ALTER FOREIGN TABLE {} RENAME COLUMN {} TO {}",
              name,
              Identifier.of(column),
              Identifier.of(to));
    }
  }

  static MirrorNames read(Session shard, Identifier schema) {
    Map<Key, String> names = new LinkedHashMap<>();
    shard
        .query(
            NAMES,
            row -> Map.entry(new Key(row.string("oid"), row.integer("number")), row.string("name")),
            schema.value(),
            schema.value())
        .forEach(entry -> names.put(entry.getKey(), entry.getValue()));
    return new MirrorNames(names);
  }

  /**
   * What was renamed since: columns first, so that all are found in tables with their old names.
   * Names that went from one to another in a circle are left out.
   *
   * @param there the names of the mirror: {@code table} and {@code table.column}
   */
  List<Rename> since(MirrorNames before, Set<Name> there) {
    List<Rename> columns = new ArrayList<>();
    List<Rename> tables = new ArrayList<>();
    Set<Name> free = new TreeSet<>(there);
    names.forEach(
        (key, name) -> {
          String old = before.names.get(key);
          String table = before.names.get(new Key(key.table(), 0));
          if (old == null || table == null || old.equals(name)) {
            return;
          }
          boolean column = key.column() > 0;
          Name from = new Name(table, column ? old : "");
          Name to = column ? new Name(table, name) : new Name(name, "");
          if (free.contains(from) && free.add(to)) {
            (column ? columns : tables).add(new Rename(table, from.column(), name));
          }
        });
    columns.addAll(tables);
    return columns;
  }

  /**
   * Of a foreign table, or of a column.
   *
   * @param column empty text for the table itself
   */
  record Name(String table, String column) implements Comparable<Name> {

    @Override
    public int compareTo(Name other) {
      int byTable = table.compareTo(other.table);
      return byTable != 0 ? byTable : column.compareTo(other.column);
    }
  }

  private static final String MIRRORED =
      """
      SELECT c.relname AS relation, coalesce(a.attname, '') AS attribute
      FROM ppp.tenant AS t
      JOIN pg_catalog.pg_namespace AS n ON n.nspname = t.schema
      JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relkind = 'f'
      LEFT JOIN pg_catalog.pg_attribute AS a
        ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE t.schema = ? AND c.relname = ANY (t.tables)
      ORDER BY 1, 2""";

  /** Those that ppp made on the veneer. */
  static Set<Name> mirrored(Session veneer, Identifier schema) {
    Set<Name> names = new TreeSet<>();
    veneer.forEach(
        MIRRORED,
        row -> {
          names.add(new Name(row.string("relation"), ""));
          names.add(new Name(row.string("relation"), row.string("attribute")));
        },
        schema.value());
    return names;
  }
}
