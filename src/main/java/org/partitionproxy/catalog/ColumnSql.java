package org.partitionproxy.catalog;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.TypeName;

/**
 * What all queries ask of attributes alike. There may be a hundred thousand of them, nearly all of
 * built-in types: what only others have is looked up only for these, by index.
 */
final class ColumnSql {

  /** How many elements of a row are a column's own, before those of the caller. */
  static final int FIELDS = 7;

  private static final String TYPE_NAME =
      """
      CASE WHEN ty.typnamespace <> 'pg_catalog'::pg_catalog.regnamespace THEN
        (SELECT tn.nspname FROM pg_catalog.pg_namespace AS tn WHERE tn.oid = ty.typnamespace) END,
      CASE WHEN ty.typnamespace <> 'pg_catalog'::pg_catalog.regnamespace THEN
        coalesce(
          CASE ty.typtype WHEN 'm' THEN
            (SELECT rt.typname FROM pg_catalog.pg_range AS r
             JOIN pg_catalog.pg_type AS rt ON rt.oid = r.rngtypid
             WHERE r.rngmultitypid = ty.oid) END,
          CASE ty.typcategory WHEN 'A' THEN
            (SELECT te.typname FROM pg_catalog.pg_type AS te WHERE te.oid = ty.typelem) END,
          ty.typname) END,
      pg_catalog.format_type(ty.oid,
      """;

  private static final String TYPE_EXTENSION =
      """
      ),
      CASE WHEN ty.typnamespace <> 'pg_catalog'::pg_catalog.regnamespace THEN
        (SELECT x.extname FROM pg_catalog.pg_depend AS xd
         JOIN pg_catalog.pg_extension AS x ON x.oid = xd.refobjid
         WHERE xd.classid = 'pg_catalog.pg_type'::pg_catalog.regclass
           AND xd.objid = CASE ty.typcategory WHEN 'A' THEN ty.typelem ELSE ty.oid END
           AND xd.deptype = 'e') END""";

  /**
   * The elements of {@link #type} for type ty with the modifier t.typtypmod: schema, name, text and
   * extension; of what an array or multirange is made of, and of built-in types only the text.
   */
  static final String TYPE = TYPE_NAME + "t.typtypmod" + TYPE_EXTENSION;

  /**
   * The columns of a relation, a row of a {@code text[]} each, are a subquery: this, more elements
   * of attribute a and its type ty, each after a comma, {@link #FROM}, joins for them, {@link #OF},
   * the relation's OID and a parenthesis.
   */
  static final String ARRAY =
      "(SELECT pg_catalog.array_agg(ARRAY[a.attname, "
          + TYPE_NAME
          + "a.atttypmod"
          + TYPE_EXTENSION
          + """
            ,
            CASE WHEN a.attcollation <> ty.typcollation THEN
              (SELECT ln.nspname FROM pg_catalog.pg_collation AS l
               JOIN pg_catalog.pg_namespace AS ln ON ln.oid = l.collnamespace
               WHERE l.oid = a.attcollation) END,
            CASE WHEN a.attcollation <> ty.typcollation THEN
              (SELECT l.collname FROM pg_catalog.pg_collation AS l
               WHERE l.oid = a.attcollation) END""";

  /** Follows {@link #ARRAY}. */
  static final String FROM =
      """
      ]::text[] ORDER BY a.attnum)
      FROM pg_catalog.pg_attribute AS a
      JOIN pg_catalog.pg_type AS ty ON ty.oid = a.atttypid
      """;

  /** Follows {@link #FROM}. */
  static final String OF = "WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid = ";

  private ColumnSql() {}

  /** From a row of {@link #ARRAY}. */
  static Column column(List<Optional<String>> fields, boolean notNull) {
    return new Column(
        Identifier.of(fields.get(0).orElseThrow()),
        type(fields.subList(1, 5)),
        notNull,
        fields.get(6).map(c -> QualifiedName.of(fields.get(5).orElseThrow(), c)));
  }

  /** From the elements of {@link #TYPE}. */
  static TypeName type(List<Optional<String>> fields) {
    String text = fields.get(2).orElseThrow();
    return fields
        .get(0)
        .map(
            schema ->
                new TypeName(
                    QualifiedName.of(schema, fields.get(1).orElseThrow()),
                    text,
                    fields.get(3).map(Identifier::of)))
        .orElseGet(() -> TypeName.builtIn(text));
  }
}
