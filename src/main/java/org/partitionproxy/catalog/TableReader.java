package org.partitionproxy.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.ForeignTable;
import org.partitionproxy.state.Table;
import org.partitionproxy.state.TableKind;
import org.partitionproxy.state.TypeName;

/**
 * Reads the tables of some schemas with their columns, in one query: a row per column. The session
 * must have only pg_catalog on its search_path.
 */
public final class TableReader {

  private static final String TABLES =
      """
      SELECT n.nspname, c.relname, c.relkind, f.srvname, f.ftoptions,
        (SELECT pg_catalog.array_agg(a.privilege_type || ' ' || coalesce(g.rolname, 'public'))
         FROM pg_catalog.aclexplode(c.relacl) AS a
         LEFT JOIN pg_catalog.pg_roles AS g ON g.oid = a.grantee
         WHERE a.grantee <> c.relowner) AS acl,
        CASE
          WHEN a.attnum > 1 OR c.relkind NOT IN ('r', 'm', 'p') THEN 0
          WHEN c.relkind = 'p' THEN
            (SELECT coalesce(pg_catalog.sum(pg_catalog.pg_relation_size(p.relid)), 0)::bigint
             FROM pg_catalog.pg_partition_tree(c.oid) AS p)
          ELSE coalesce(pg_catalog.pg_relation_size(c.oid), 0)
        END AS bytes,
        a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
        a.attnotnull, tn.nspname AS type_schema,
        CASE WHEN a.attcollation <> t.typcollation THEN l.collname END AS collation,
        CASE WHEN a.attcollation <> t.typcollation THEN ln.nspname END AS collation_schema
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      LEFT JOIN (
        SELECT ft.ftrelid, ft.ftoptions, s.srvname
        FROM pg_catalog.pg_foreign_table AS ft
        JOIN pg_catalog.pg_foreign_server AS s ON s.oid = ft.ftserver) AS f ON f.ftrelid = c.oid
      LEFT JOIN pg_catalog.pg_attribute AS a
        ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
      LEFT JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.typnamespace
      LEFT JOIN pg_catalog.pg_collation AS l ON l.oid = a.attcollation
      LEFT JOIN pg_catalog.pg_namespace AS ln ON ln.oid = l.collnamespace
      WHERE n.nspname = ANY (?)
        AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND NOT c.relispartition
      ORDER BY n.nspname, c.relname, a.attnum""";

  /** One row of {@link #TABLES}: a column, or a table without any. */
  private record Line(
      QualifiedName table,
      TableKind kind,
      Optional<Identifier> server,
      QualifiedName remote,
      org.partitionproxy.state.Acl acl,
      long bytes,
      Optional<Column> column) {}

  /** The tables of a shard in these schemas. */
  public List<Table> tables(Session session, Scope scope, SortedSet<Identifier> schemas) {
    List<Table> tables = new ArrayList<>();
    for (List<Line> lines : read(session, scope, schemas)) {
      Line first = lines.get(0);
      tables.add(
          new Table(first.table(), first.kind(), columns(lines), first.acl(), first.bytes()));
    }
    return tables;
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
    for (List<Line> lines : read(session, scope, schemas)) {
      Line first = lines.get(0);
      first
          .server()
          .ifPresentOrElse(
              server ->
                  tables.add(
                      new ForeignTable(
                          first.table(), server, first.remote(), columns(lines), first.acl())),
              () -> others.add(first.table()));
    }
    return new Relations(tables, others);
  }

  private static List<Column> columns(List<Line> lines) {
    return lines.stream().flatMap(line -> line.column().stream()).toList();
  }

  /** The rows of each table together. */
  private static List<List<Line>> read(
      Session session, Scope scope, SortedSet<Identifier> schemas) {
    List<List<Line>> tables = new ArrayList<>();
    if (schemas.isEmpty()) {
      return tables;
    }
    for (Line line : session.query(TABLES, row -> line(row, scope), Scope.names(schemas))) {
      List<Line> last = tables.isEmpty() ? List.of() : tables.get(tables.size() - 1);
      if (last.isEmpty() || !last.get(0).table().equals(line.table())) {
        last = new ArrayList<>();
        tables.add(last);
      }
      last.add(line);
    }
    return tables;
  }

  private static Line line(Row row, Scope scope) {
    QualifiedName name = new QualifiedName(row.identifier("nspname"), row.identifier("relname"));
    var options = CatalogReader.options(row, "ftoptions");
    return new Line(
        name,
        TableKind.of(row.string("relkind")),
        row.findIdentifier("srvname"),
        QualifiedName.of(
            options.getOrDefault("schema_name", name.schema().value()),
            options.getOrDefault("table_name", name.name().value())),
        AclReader.acl(row, "acl", scope),
        row.number("bytes"),
        row.findIdentifier("attname").map(column -> column(row, column)));
  }

  private static Column column(Row row, Identifier name) {
    return new Column(
        name,
        new TypeName(row.identifier("type_schema"), row.string("type")),
        row.bool("attnotnull"),
        row.findIdentifier("collation")
            .map(c -> new QualifiedName(row.identifier("collation_schema"), c)));
  }
}
