package org.partitionproxy.catalog;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.TypeName;

/** What all queries ask of an attribute alike: elements of a {@code text[]}, and their sources. */
final class ColumnSql {

  /** Its name; the type's schema, name, text and extension; the collation's schema and name. */
  static final String FIELDS =
      """
      a.attname, tn.nspname,
      CASE ty.typtype WHEN 'm' THEN
        (SELECT rt.typname FROM pg_catalog.pg_range AS r
         JOIN pg_catalog.pg_type AS rt ON rt.oid = r.rngtypid WHERE r.rngmultitypid = ty.oid)
      ELSE coalesce(te.typname, ty.typname) END,
      pg_catalog.format_type(a.atttypid, a.atttypmod), x.extname,
      CASE WHEN a.attcollation <> ty.typcollation THEN ln.nspname END,
      CASE WHEN a.attcollation <> ty.typcollation THEN l.collname END
      """;

  static final String SOURCES =
      """
      pg_catalog.pg_attribute AS a
      JOIN pg_catalog.pg_type AS ty ON ty.oid = a.atttypid
      JOIN pg_catalog.pg_namespace AS tn ON tn.oid = ty.typnamespace
      LEFT JOIN pg_catalog.pg_type AS te ON te.oid = ty.typelem AND ty.typcategory = 'A'
      LEFT JOIN pg_catalog.pg_collation AS l ON l.oid = a.attcollation
      LEFT JOIN pg_catalog.pg_namespace AS ln ON ln.oid = l.collnamespace
      LEFT JOIN pg_catalog.pg_depend AS xd
        ON xd.classid = 'pg_catalog.pg_type'::pg_catalog.regclass
        AND xd.objid = coalesce(te.oid, ty.oid) AND xd.deptype = 'e'
      LEFT JOIN pg_catalog.pg_extension AS x ON x.oid = xd.refobjid
      """;

  private ColumnSql() {}

  /** From {@link #FIELDS}, whatever follows them. */
  static Column column(List<Optional<String>> fields, boolean notNull) {
    return new Column(
        Identifier.of(fields.get(0).orElseThrow()),
        type(fields.subList(1, 5)),
        notNull,
        fields.get(6).map(c -> QualifiedName.of(fields.get(5).orElseThrow(), c)));
  }

  /** Schema, name, text, extension. */
  static TypeName type(List<Optional<String>> fields) {
    if (fields.get(0).orElseThrow().equals("pg_catalog")) {
      return TypeName.builtIn(fields.get(2).orElseThrow());
    }
    return new TypeName(
        QualifiedName.of(fields.get(0).orElseThrow(), fields.get(1).orElseThrow()),
        fields.get(2).orElseThrow(),
        fields.get(3).map(Identifier::of));
  }
}
