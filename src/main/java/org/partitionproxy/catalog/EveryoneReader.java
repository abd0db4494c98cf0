package org.partitionproxy.catalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.UnionTable;
import org.partitionproxy.state.UnionView;

/**
 * Reads schemas {@code everyone} and {@code everyone_shards}. The session must have only pg_catalog
 * on its search_path.
 */
public final class EveryoneReader {

  private static final Pattern TENANT = Pattern.compile("'([^']*)'");

  private static final String FINGERPRINT =
      """
      SELECT coalesce(pg_catalog.md5(pg_catalog.string_agg(
        o.line, E'\\n' ORDER BY o.line COLLATE "C")), '') AS fingerprint
      FROM (
        SELECT 'schema ' || n.nspname || coalesce(n.nspacl::text, '') AS line
        FROM pg_catalog.pg_namespace AS n
        WHERE n.nspname IN ('everyone', 'everyone_shards')
        UNION ALL
        SELECT c.relkind::text || ' ' || n.nspname || '.' || pg_catalog.quote_ident(c.relname)
          || coalesce(c.relacl::text, '') || coalesce(f.ftoptions::text, '')
          || coalesce(pg_catalog.pg_get_expr(c.relpartbound, c.oid), '')
          || coalesce((SELECT pg_catalog.string_agg(
              pg_catalog.quote_ident(a.attname)
                || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod)
                || ' ' || a.attcollation, ', ' ORDER BY a.attnum)
            FROM pg_catalog.pg_attribute AS a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '')
        FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        LEFT JOIN pg_catalog.pg_foreign_table AS f ON f.ftrelid = c.oid
        WHERE n.nspname IN ('everyone', 'everyone_shards') AND c.relkind IN ('p', 'f', 'v')
        UNION ALL
        SELECT 'function ' || pg_catalog.quote_ident(p.proname) || coalesce(p.proacl::text, '')
          || p.prosrc
        FROM pg_catalog.pg_proc AS p
        JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
        WHERE n.nspname = 'everyone'
        UNION ALL
        SELECT 'role ' || r.rolcanlogin || coalesce(s.setconfig::text, '')
        FROM pg_catalog.pg_roles AS r
        LEFT JOIN pg_catalog.pg_db_role_setting AS s ON s.setrole = r.oid
          AND s.setdatabase = (SELECT d.oid FROM pg_catalog.pg_database AS d
            WHERE d.datname = pg_catalog.current_database())
        WHERE r.rolname = ?) AS o""";

  private static final String SCHEMAS =
      """
      SELECT n.nspname
      FROM pg_catalog.pg_namespace AS n
      WHERE n.nspname IN ('everyone', 'everyone_shards')
      ORDER BY n.nspname""";

  private static final String OPEN =
      """
      SELECT EXISTS (
          SELECT FROM pg_catalog.pg_namespace AS n, pg_catalog.aclexplode(n.nspacl) AS a
          WHERE n.nspname = 'everyone' AND a.privilege_type = 'USAGE' AND a.grantee = r.oid)
        AND coalesce(s.setconfig, '{}') @> ?::text[] AS open
      FROM pg_catalog.pg_roles AS r
      LEFT JOIN pg_catalog.pg_db_role_setting AS s ON s.setrole = r.oid
        AND s.setdatabase = (SELECT d.oid FROM pg_catalog.pg_database AS d
          WHERE d.datname = pg_catalog.current_database())
      WHERE r.rolname = ?""";

  private static final String RELATIONS =
      """
      SELECT n.nspname, c.relname, c.relkind,
      """
          + AclReader.GRANTS
          + "c.relacl"
          + AclReader.BESIDES
          + "c.relowner) AS acl, "
          + """
      """
          + ColumnSql.ARRAY
          + ColumnSql.FROM
          + ColumnSql.OF
          + "c.oid) AS columns, "
          + """
        p.prosrc
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      LEFT JOIN pg_catalog.pg_proc AS p
        ON p.pronamespace = n.oid AND p.proname = c.relname AND p.pronargs = 0
      WHERE n.nspname = 'everyone' AND c.relkind IN ('v', 'p')
      ORDER BY c.relname""";

  private static final String PARTS =
      """
      SELECT p.relname, s.srvname, pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS bound
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = c.oid
      JOIN pg_catalog.pg_class AS p ON p.oid = i.inhparent
      JOIN pg_catalog.pg_foreign_table AS f ON f.ftrelid = c.oid
      JOIN pg_catalog.pg_foreign_server AS s ON s.oid = f.ftserver
      WHERE n.nspname = 'everyone_shards'
      ORDER BY p.relname, s.srvname""";

  /** Of all that ppp makes for it in this database, and of the role that may read it. */
  public String fingerprint(Session session, Identifier reader) {
    return session.query(FINGERPRINT, row -> row.string("fingerprint"), reader.value()).get(0);
  }

  /** Those of the two schemas that are there. */
  public SortedSet<Identifier> schemas(Session session) {
    return new TreeSet<>(session.query(SCHEMAS, row -> row.identifier("nspname")));
  }

  /** Whether the reader may use schema everyone, and has these settings in this database. */
  public boolean isOpen(Session session, Identifier reader, SortedMap<String, String> settings) {
    List<String> wanted =
        settings.entrySet().stream().map(s -> s.getKey() + "=" + s.getValue()).toList();
    return session.queryOne(OPEN, row -> row.bool("open"), wanted, reader.value()).orElse(false);
  }

  /** The views of a shard that have a function of their name. */
  public List<UnionView> views(Session session, Scope scope) {
    List<UnionView> views = new ArrayList<>();
    session.forEach(
        RELATIONS,
        row ->
            row.findString("prosrc")
                .filter(body -> row.string("relkind").equals("v"))
                .ifPresent(
                    body ->
                        views.add(
                            new UnionView(
                                name(row), columns(row), body, AclReader.acl(row, "acl", scope)))));
    return views;
  }

  /** The partitioned tables of the veneer. */
  public List<UnionTable> tables(Session session, Scope scope) {
    Map<Identifier, SortedMap<Identifier, SortedSet<String>>> parts = new LinkedHashMap<>();
    session.forEach(
        PARTS,
        row ->
            parts
                .computeIfAbsent(row.identifier("relname"), name -> new TreeMap<>())
                .put(row.identifier("srvname"), tenants(row.string("bound"))));
    List<UnionTable> tables = new ArrayList<>();
    session.forEach(
        RELATIONS,
        row -> {
          if (row.string("relkind").equals("p")) {
            QualifiedName name = name(row);
            tables.add(
                new UnionTable(
                    name,
                    columns(row),
                    Objects.requireNonNullElse(parts.get(name.name()), new TreeMap<>()),
                    AclReader.acl(row, "acl", scope)));
          }
        });
    return tables;
  }

  /** From {@code FOR VALUES IN ('a', 'b')}; no tenant's name has a quote in it. */
  private static SortedSet<String> tenants(String bound) {
    SortedSet<String> tenants = new TreeSet<>();
    Matcher matcher = TENANT.matcher(bound);
    while (matcher.find()) {
      tenants.add(matcher.group(1));
    }
    return tenants;
  }

  private static QualifiedName name(Row row) {
    return new QualifiedName(row.identifier("nspname"), row.identifier("relname"));
  }

  private static List<Column> columns(Row row) {
    return row.stringRows("columns").stream()
        .map(fields -> ColumnSql.column(fields, false))
        .toList();
  }
}
