package org.partitionproxy.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.RowMapper;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.ForeignTable;
import org.partitionproxy.state.Table;
import org.partitionproxy.state.TableKind;
import org.partitionproxy.state.TypeName;

/**
 * Reads the tables of some schemas with their columns, in one query: a row per table. The session
 * must have only pg_catalog on its search_path.
 */
public final class TableReader {

  /** Columns are name, type's schema, type, "t" for NOT NULL, collation's schema and collation. */
  private static final String TABLES =
      """
      SELECT n.nspname, c.relname, c.relkind, f.srvname, f.ftoptions,
        (SELECT pg_catalog.array_agg(a.privilege_type || ' ' || coalesce(g.rolname, 'public'))
         FROM pg_catalog.aclexplode(c.relacl) AS a
         LEFT JOIN pg_catalog.pg_roles AS g ON g.oid = a.grantee
         WHERE a.grantee <> c.relowner) AS acl,
        CASE
          WHEN c.relkind NOT IN ('r', 'm', 'p') THEN 0
          WHEN c.relkind = 'p' THEN
            (SELECT coalesce(pg_catalog.sum(pg_catalog.pg_relation_size(p.relid)), 0)::bigint
             FROM pg_catalog.pg_partition_tree(c.oid) AS p)
          ELSE coalesce(pg_catalog.pg_relation_size(c.oid), 0)
        END AS bytes,
        (SELECT pg_catalog.array_agg(ARRAY[
            a.attname, tn.nspname, pg_catalog.format_type(a.atttypid, a.atttypmod),
            CASE WHEN a.attnotnull THEN 't' ELSE 'f' END,
            CASE WHEN a.attcollation <> t.typcollation THEN ln.nspname END,
            CASE WHEN a.attcollation <> t.typcollation THEN l.collname END]::text[]
            ORDER BY a.attnum)
         FROM pg_catalog.pg_attribute AS a
         JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
         JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.typnamespace
         LEFT JOIN pg_catalog.pg_collation AS l ON l.oid = a.attcollation
         LEFT JOIN pg_catalog.pg_namespace AS ln ON ln.oid = l.collnamespace
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      LEFT JOIN (
        SELECT ft.ftrelid, ft.ftoptions, s.srvname
        FROM pg_catalog.pg_foreign_table AS ft
        JOIN pg_catalog.pg_foreign_server AS s ON s.oid = ft.ftserver) AS f ON f.ftrelid = c.oid
      WHERE n.nspname = ANY (?)
        AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND NOT c.relispartition
      ORDER BY n.nspname, c.relname""";

  /** The tables of a shard in these schemas. */
  public List<Table> tables(Session session, Scope scope, SortedSet<Identifier> schemas) {
    return read(session, schemas, row -> table(row, scope));
  }

  /**
   * What the veneer has in some schemas.
   *
   * @param others tables and views of its own, which have names that foreign tables may want
   */
  public record Relations(List<ForeignTable> foreignTables, SortedSet<QualifiedName> others) {

    public static final Relations NONE = new Relations(List.of(), new TreeSet<>());
  }

  /** The veneer's side of these schemas. */
  public Relations relations(Session session, Scope scope, SortedSet<Identifier> schemas) {
    List<ForeignTable> tables = new ArrayList<>();
    SortedSet<QualifiedName> others = new TreeSet<>();
    read(
        session,
        schemas,
        row ->
            row.findIdentifier("srvname")
                .map(server -> tables.add(foreignTable(row, server, scope)))
                .orElseGet(() -> others.add(name(row))));
    return new Relations(tables, others);
  }

  private static <T> List<T> read(
      Session session, SortedSet<Identifier> schemas, RowMapper<T> mapper) {
    return schemas.isEmpty() ? List.of() : session.query(TABLES, mapper, Scope.names(schemas));
  }

  private static QualifiedName name(Row row) {
    return new QualifiedName(row.identifier("nspname"), row.identifier("relname"));
  }

  private static Table table(Row row, Scope scope) {
    return new Table(
        name(row),
        TableKind.of(row.string("relkind")),
        columns(row),
        AclReader.acl(row, "acl", scope),
        row.number("bytes"));
  }

  private static ForeignTable foreignTable(Row row, Identifier server, Scope scope) {
    QualifiedName name = name(row);
    var options = CatalogReader.options(row, "ftoptions");
    return new ForeignTable(
        name,
        server,
        QualifiedName.of(
            options.getOrDefault("schema_name", name.schema().value()),
            options.getOrDefault("table_name", name.name().value())),
        columns(row),
        AclReader.acl(row, "acl", scope));
  }

  private static List<Column> columns(Row row) {
    return row.stringRows("columns").stream().map(TableReader::column).toList();
  }

  private static Column column(List<Optional<String>> fields) {
    return new Column(
        Identifier.of(fields.get(0).orElseThrow()),
        new TypeName(Identifier.of(fields.get(1).orElseThrow()), fields.get(2).orElseThrow()),
        fields.get(3).orElseThrow().equals("t"),
        fields.get(5).map(c -> QualifiedName.of(fields.get(4).orElseThrow(), c)));
  }
}
