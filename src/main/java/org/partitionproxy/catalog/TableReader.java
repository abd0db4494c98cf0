package org.partitionproxy.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.RowMapper;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.ColumnFill;
import org.partitionproxy.state.ForeignTable;
import org.partitionproxy.state.Table;
import org.partitionproxy.state.TableKind;

/**
 * Reads the tables of some schemas with their columns, in one query: a row per table. The session
 * must have only pg_catalog on its search_path.
 */
public final class TableReader {

  /**
   * Columns are {@link ColumnSql#FIELDS}; "t" for NOT NULL; identity, generated, default; its
   * sequence's schema and sequence; its ties, a line each; and the extensions whose functions it
   * uses, a line each. What a default is bound to: its dependencies (built-in objects have none),
   * and built-in functions that tell of the server or session that they run in.
   */
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
        (SELECT pg_catalog.array_agg(ARRAY["""
          + ColumnSql.FIELDS
          + """
            , CASE WHEN a.attnotnull THEN 't' ELSE 'f' END,
            a.attidentity, a.attgenerated,
            pg_catalog.pg_get_expr(ad.adbin, ad.adrelid),
            s.schema, s.name,
            CASE WHEN ad.oid IS NOT NULL THEN
            (SELECT pg_catalog.string_agg(tie.name, E'\\n' ORDER BY tie.name)
             FROM (
               SELECT pg_catalog.pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid) AS name
               FROM pg_catalog.pg_depend AS d
               WHERE d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = ad.oid
                 AND d.deptype = 'n'
                 AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS m
                   WHERE m.classid = d.refclassid AND m.objid = d.refobjid AND m.deptype = 'e')
                 AND d.refclassid NOT IN ('pg_catalog.pg_type'::pg_catalog.regclass,
                   'pg_catalog.pg_collation'::pg_catalog.regclass)
               UNION
               SELECT 'function ' || p.proname || '()'
               FROM pg_catalog.regexp_matches(ad.adbin::text, ':funcid (\\d+)', 'g') AS used (oid)
               JOIN pg_catalog.pg_proc AS p ON p.oid = used.oid[1]::pg_catalog.oid
               WHERE p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace
                 AND p.proname IN ('nextval', 'currval', 'lastval', 'setval', 'current_setting',
                   'current_database', 'version', 'txid_current', 'pg_current_xact_id',
                   'pg_backend_pid', 'inet_client_addr', 'inet_client_port', 'inet_server_addr',
                   'inet_server_port', 'pg_postmaster_start_time', 'pg_current_wal_lsn',
                   'pg_current_wal_insert_lsn')) AS tie) END,
            CASE WHEN ad.oid IS NOT NULL THEN
            (SELECT pg_catalog.string_agg(DISTINCT dx.extname::text, E'\\n' ORDER BY dx.extname::text)
             FROM pg_catalog.pg_depend AS d
             JOIN pg_catalog.pg_depend AS m
               ON m.classid = d.refclassid AND m.objid = d.refobjid AND m.deptype = 'e'
             JOIN pg_catalog.pg_extension AS dx ON dx.oid = m.refobjid
             WHERE d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = ad.oid
               AND d.deptype = 'n') END]::text[]
            ORDER BY a.attnum)
         FROM
      """
          + ColumnSql.SOURCES
          + """
         LEFT JOIN pg_catalog.pg_attrdef AS ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
         LEFT JOIN LATERAL (
           SELECT sn.nspname AS schema, sc.relname AS name
           FROM (
             SELECT d.objid AS oid FROM pg_catalog.pg_depend AS d
             WHERE a.attidentity <> '' AND d.deptype = 'i'
               AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
               AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
               AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
             UNION ALL
             SELECT d.refobjid FROM pg_catalog.pg_depend AS d
             WHERE d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = ad.oid
               AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass) AS used
           JOIN pg_catalog.pg_class AS sc ON sc.oid = used.oid AND sc.relkind = 'S'
           JOIN pg_catalog.pg_namespace AS sn ON sn.oid = sc.relnamespace
           ORDER BY sn.nspname, sc.relname
           LIMIT 1) AS s ON true
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

  private static final Pattern SERIAL = Pattern.compile("nextval\\('[^()]*'::regclass\\)");

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
        columns(row, TableReader::fill),
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
        columns(row, TableReader::foreignFill),
        AclReader.acl(row, "acl", scope));
  }

  private static List<Column> columns(Row row, Function<List<Optional<String>>, ColumnFill> fill) {
    return row.stringRows("columns").stream()
        .map(fields -> column(fields).with(fill.apply(fields)))
        .toList();
  }

  private static Column column(List<Optional<String>> fields) {
    return ColumnSql.column(fields, fields.get(7).orElseThrow().equals("t"));
  }

  private static ColumnFill fill(List<Optional<String>> fields) {
    Optional<QualifiedName> sequence =
        fields.get(12).map(s -> QualifiedName.of(fields.get(11).orElseThrow(), s));
    return switch (fields.get(8).orElse("")) {
      case "a" -> new ColumnFill(ColumnFill.Kind.IDENTITY_ALWAYS, "", sequence, List.of());
      case "d" -> new ColumnFill(ColumnFill.Kind.IDENTITY_BY_DEFAULT, "", sequence, List.of());
      default ->
          isGenerated(fields)
              ? ColumnFill.GENERATED
              : fields.get(10).map(e -> defaultOf(e, sequence, fields)).orElse(ColumnFill.NONE);
    };
  }

  private static boolean isGenerated(List<Optional<String>> fields) {
    return fields.get(9).filter(g -> !g.isEmpty()).isPresent();
  }

  /** Only {@code nextval('…'::regclass)} itself stands for its sequence. */
  private static ColumnFill defaultOf(
      String expression, Optional<QualifiedName> sequence, List<Optional<String>> fields) {
    return new ColumnFill(
        ColumnFill.Kind.DEFAULT,
        expression,
        SERIAL.matcher(expression).matches() ? sequence : Optional.empty(),
        lines(fields.get(13)),
        lines(fields.get(14)).stream().map(Identifier::of).toList());
  }

  private static List<String> lines(Optional<String> text) {
    return text.map(lines -> List.of(lines.split("\n"))).orElse(List.of());
  }

  /** What ppp itself gives to foreign columns. */
  private static ColumnFill foreignFill(List<Optional<String>> fields) {
    return isGenerated(fields)
        ? ColumnFill.GENERATED
        : fields.get(10).map(ColumnFill::of).orElse(ColumnFill.NONE);
  }
}
