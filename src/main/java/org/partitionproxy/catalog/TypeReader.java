package org.partitionproxy.catalog;

import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.TypeName;
import org.partitionproxy.state.UserType;

/**
 * Reads the types that were made in some schemas, in one query. The session must have only
 * pg_catalog on its search_path. Types of tables and of extensions are none of them.
 */
public final class TypeReader {

  /**
   * Part: base type or subtype, as {@link ColumnSql#TYPE} has it. A domain's ties are what its
   * default and checks depend on; a range's are options other than the usual.
   */
  private static final String TYPES =
      """
      SELECT n.nspname, t.typname, t.typtype, t.typnotnull, t.typdefault,
        CASE t.typtype WHEN 'e' THEN
          ARRAY(SELECT e.enumlabel::text FROM pg_catalog.pg_enum AS e
            WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) END AS labels,
        CASE WHEN t.typtype IN ('d', 'r') THEN
          ARRAY["""
          + ColumnSql.TYPE
          + "]::text[] END AS part, "
          + """
        cn.nspname AS collation_schema, c.collname AS collation,
        CASE t.typtype WHEN 'd' THEN
          (SELECT pg_catalog.array_agg(
             ARRAY[k.conname, pg_catalog.pg_get_constraintdef(k.oid)]::text[] ORDER BY k.conname)
           FROM pg_catalog.pg_constraint AS k
           WHERE k.contypid = t.oid AND k.contype = 'c') END AS checks,
        CASE t.typtype WHEN 'c' THEN
      """
          + ColumnSql.ARRAY
          + ColumnSql.FROM
          + ColumnSql.OF
          + "t.typrelid) END AS attributes, "
          + """
        CASE t.typtype WHEN 'r' THEN m.typname END AS multirange,
        CASE t.typtype WHEN 'd' THEN
          ARRAY(SELECT pg_catalog.pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid)
            FROM pg_catalog.pg_depend AS d
            WHERE d.deptype = 'n' AND d.refclassid IN ('pg_catalog.pg_proc'::pg_catalog.regclass,
                'pg_catalog.pg_operator'::pg_catalog.regclass)
              AND (d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objid = t.oid
                OR d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
                  AND d.objid IN (SELECT k.oid FROM pg_catalog.pg_constraint AS k
                    WHERE k.contypid = t.oid))
            ORDER BY 1)
        WHEN 'r' THEN
          ARRAY(SELECT tie.name FROM (VALUES
              ('a canonical function', r.rngcanonical::pg_catalog.oid <> 0),
              ('a subtype_diff function', r.rngsubdiff::pg_catalog.oid <> 0),
              ('an operator class of its own', NOT o.opcdefault),
              ('a collation', r.rngcollation <> ty.typcollation)) AS tie (name, there)
            WHERE tie.there)
        END AS ties
      FROM pg_catalog.pg_type AS t
      JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
      LEFT JOIN pg_catalog.pg_range AS r ON r.rngtypid = t.oid
      LEFT JOIN pg_catalog.pg_opclass AS o ON o.oid = r.rngsubopc
      LEFT JOIN pg_catalog.pg_type AS m ON m.oid = r.rngmultitypid
      LEFT JOIN pg_catalog.pg_type AS ty
        ON ty.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype WHEN 'r' THEN r.rngsubtype END
      LEFT JOIN pg_catalog.pg_collation AS c
        ON t.typtype = 'd' AND c.oid = t.typcollation AND t.typcollation <> ty.typcollation
      LEFT JOIN pg_catalog.pg_namespace AS cn ON cn.oid = c.collnamespace
      WHERE n.nspname = ANY (?)
        AND (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c'
          AND t.typrelid IN (SELECT k.oid FROM pg_catalog.pg_class AS k WHERE k.relkind = 'c'))
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
          WHERE d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objid = t.oid
            AND d.deptype = 'e')
      ORDER BY n.nspname, t.typname""";

  /** By name. */
  public SortedMap<QualifiedName, UserType> read(Session session, SortedSet<Identifier> schemas) {
    TreeMap<QualifiedName, UserType> types = new TreeMap<>();
    if (!schemas.isEmpty()) {
      for (UserType type : session.query(TYPES, TypeReader::type, Scope.names(schemas))) {
        types.put(type.name(), type);
      }
    }
    return types;
  }

  private static UserType type(Row row) {
    QualifiedName name = new QualifiedName(row.identifier("nspname"), row.identifier("typname"));
    return switch (row.string("typtype")) {
      case "e" -> new UserType.Enumeration(name, row.strings("labels"));
      case "d" ->
          new UserType.Domain(
              name,
              part(row),
              row.findString("collation")
                  .map(c -> QualifiedName.of(row.string("collation_schema"), c)),
              row.bool("typnotnull"),
              row.findString("typdefault"),
              checks(row),
              row.strings("ties"));
      case "r" ->
          new UserType.Range(
              name,
              part(row),
              new QualifiedName(name.schema(), row.identifier("multirange")),
              row.strings("ties"));
      default -> new UserType.Composite(name, attributes(row));
    };
  }

  private static TypeName part(Row row) {
    return ColumnSql.type(row.optionalStrings("part"));
  }

  private static SortedMap<String, String> checks(Row row) {
    TreeMap<String, String> checks = new TreeMap<>();
    row.stringRows("checks")
        .forEach(check -> checks.put(check.get(0).orElseThrow(), check.get(1).orElseThrow()));
    return checks;
  }

  private static List<Column> attributes(Row row) {
    return row.stringRows("attributes").stream()
        .map(fields -> ColumnSql.column(fields, false))
        .toList();
  }
}
