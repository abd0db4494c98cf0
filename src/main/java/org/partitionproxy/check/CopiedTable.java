package org.partitionproxy.check;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;

/**
 * A foreign table of a tenant, as far as commands without a plan need it.
 *
 * @param columns name and type; a type that isn't PostgreSQL's own is {@code text} here
 * @param privileges those of the application's role
 */
record CopiedTable(Identifier name, List<Sql> columns, List<Sql> privileges) {

  private static final String COLUMNS =
      """
      SELECT
        c.relname AS name,
        a.attname AS column_name,
        CASE
          WHEN ty.typnamespace = 'pg_catalog'::pg_catalog.regnamespace
            AND coalesce(te.typnamespace, ty.typnamespace) = ty.typnamespace
          THEN pg_catalog.format_type(a.atttypid, a.atttypmod)
          WHEN ty.typcategory = 'A' THEN 'text[]'
          ELSE 'text'
        END AS type
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      LEFT JOIN pg_catalog.pg_attribute AS a
        ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_catalog.pg_type AS ty ON ty.oid = a.atttypid
      LEFT JOIN pg_catalog.pg_type AS te ON te.oid = ty.typelem AND ty.typcategory = 'A'
      WHERE n.nspname = ? AND c.relkind = 'f'
      ORDER BY c.relname, a.attnum""";

  private static final String PRIVILEGES =
      """
      SELECT c.relname AS name, p.privilege
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'])
        AS p (privilege)
      WHERE n.nspname = ? AND c.relkind = 'f'
        AND pg_catalog.has_table_privilege(?, c.oid, p.privilege)
      ORDER BY c.relname, p.privilege""";

  private static final String TYPES =
      """
      SELECT t.typname AS name
      FROM pg_catalog.pg_type AS t
      JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
      LEFT JOIN pg_catalog.pg_class AS c ON c.oid = t.typrelid
      WHERE n.nspname = ?
        AND (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND c.relkind = 'c')
      ORDER BY t.typname""";

  /** The types of a schema that commands can name. */
  static List<Identifier> types(Session veneer, Identifier schema) {
    return veneer.query(TYPES, row -> row.identifier("name"), schema.value());
  }

  /** All of a schema, that {@code role} may use in its way. */
  static List<CopiedTable> read(Session veneer, Identifier schema, Identifier role) {
    Map<Identifier, CopiedTable> tables = new LinkedHashMap<>();
    veneer.forEach(
        COLUMNS,
        row -> {
          CopiedTable table =
              tables.computeIfAbsent(
                  row.identifier("name"),
                  name -> new CopiedTable(name, new ArrayList<>(), new ArrayList<>()));
          row.findIdentifier("column_name")
              .ifPresent(
                  column ->
                      table.columns.add(Sql.of("{} {}", column, Sql.deparsed(row.string("type")))));
        },
        schema.value());
    veneer.forEach(
        PRIVILEGES,
        row -> {
          CopiedTable table = tables.get(row.identifier("name"));
          if (table != null) {
            table.privileges.add(Sql.deparsed(row.string("privilege")));
          }
        },
        schema.value(),
        role.value());
    return List.copyOf(tables.values());
  }

  Sql local(Identifier schema) {
    return Sql.of("CREATE TABLE {}.{} ({})", schema, name, Sql.join(", ", columns));
  }

  Sql foreign(Identifier schema, Identifier server) {
    return Sql.of(
        "CREATE FOREIGN TABLE {}.{} ({}) SERVER {}", schema, name, Sql.join(", ", columns), server);
  }

  List<Sql> grants(Identifier schema, Identifier role) {
    return privileges.isEmpty()
        ? List.of()
        : List.of(
            Sql.of("GRANT {} ON {}.{} TO {}", Sql.join(", ", privileges), schema, name, role));
  }
}
