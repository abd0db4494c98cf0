package org.partitionproxy.explain;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.partitionproxy.check.Node;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;

/** Reads what a plan names by number. */
final class FactReader {

  private static final String FUNCTIONS =
      """
      SELECT p.oid::bigint AS number, p.proname AS name, p.provolatile::text AS kind,
        coalesce(e.extname, '') AS extension
      FROM pg_catalog.pg_proc AS p
      LEFT JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_proc'::regclass
        AND d.objid = p.oid AND d.deptype = 'e'
      LEFT JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid
      WHERE p.oid = ANY (?::pg_catalog.oid[])
      ORDER BY p.oid""";

  private static final String OPERATORS =
      """
      SELECT o.oid::bigint AS number, o.oprname AS name, p.provolatile::text AS kind,
        coalesce(e.extname, '') AS extension
      FROM pg_catalog.pg_operator AS o
      JOIN pg_catalog.pg_proc AS p ON p.oid = o.oprcode
      LEFT JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_operator'::regclass
        AND d.objid = o.oid AND d.deptype = 'e'
      LEFT JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid
      WHERE o.oid = ANY (?::pg_catalog.oid[])
      ORDER BY o.oid""";

  private static final String TYPES =
      """
      SELECT t.oid::bigint AS number, pg_catalog.format_type(t.oid, NULL) AS name,
        coalesce(b.typtype, t.typtype)::text AS kind, coalesce(e.extname, '') AS extension
      FROM pg_catalog.pg_type AS t
      LEFT JOIN pg_catalog.pg_type AS b ON b.oid = t.typelem AND t.typcategory = 'A'
      LEFT JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_type'::regclass
        AND d.objid = t.oid AND d.deptype = 'e'
      LEFT JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid
      WHERE t.oid = ANY (?::pg_catalog.oid[])
      ORDER BY t.oid""";

  private static final String COLLATIONS =
      """
      SELECT c.oid::bigint AS number, c.collname AS name, '' AS kind, '' AS extension
      FROM pg_catalog.pg_collation AS c
      WHERE c.oid = ANY (?::pg_catalog.oid[])
      ORDER BY c.oid""";

  private static final String SERVERS =
      """
      SELECT s.oid::bigint AS number, s.srvname AS name, pg_catalog.array_remove(
        pg_catalog.regexp_split_to_array(coalesce((SELECT o.option_value
          FROM pg_catalog.pg_options_to_table(s.srvoptions) AS o
          WHERE o.option_name = 'extensions'), ''), '[\\s",]+'), '') AS extensions
      FROM pg_catalog.pg_foreign_server AS s
      ORDER BY s.oid""";

  private static final String MAPPINGS =
      """
      SELECT m.umserver::bigint AS server, m.umuser::bigint AS role,
        coalesce((SELECT o.option_value FROM pg_catalog.pg_options_to_table(m.umoptions) AS o
          WHERE o.option_name = 'user'), '') AS remote
      FROM pg_catalog.pg_user_mapping AS m
      ORDER BY m.umserver, m.umuser""";

  private static final String RELATIONS =
      """
      SELECT c.oid::bigint AS number, n.nspname AS schema, c.relname AS name,
        c.relkind::text AS kind, coalesce(f.ftserver::bigint, 0) AS server,
        c.reltuples::float8::text AS rows,
        EXISTS (SELECT FROM pg_catalog.pg_trigger AS t
          WHERE t.tgrelid = c.oid AND t.tgtype & 1 = 1 AND NOT t.tgisinternal) AS triggers,
        coalesce(pg_catalog.pg_get_partkeydef(c.oid), '') AS key
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      LEFT JOIN pg_catalog.pg_foreign_table AS f ON f.ftrelid = c.oid
      WHERE c.oid = ANY (?::pg_catalog.oid[])
      ORDER BY c.oid""";

  private static final String ROLES =
      """
      SELECT r.oid::bigint AS number, r.rolname AS name
      FROM pg_catalog.pg_roles AS r
      ORDER BY r.oid""";

  private FactReader() {}

  /**
   * @param session a superuser's
   */
  static Facts read(Session session, Optional<PlanTree> tree) {
    List<Node> nodes = tree.map(t -> t.all().toList()).orElse(List.of());
    return new Facts(
        numbered(session.query(FUNCTIONS, FactReader::fact, of(nodes, "funcid", "aggfnoid"))),
        numbered(session.query(OPERATORS, FactReader::fact, of(nodes, "opno"))),
        numbered(session.query(TYPES, FactReader::fact, of(nodes, Expressions.TYPE_FIELDS))),
        numbered(
            session.query(COLLATIONS, FactReader::fact, of(nodes, Expressions.COLLATION_FIELDS))),
        numbered(session.query(SERVERS, row -> numbered(row, FactReader::server))),
        numbered(
            session.query(
                RELATIONS, row -> numbered(row, FactReader::relation), of(nodes, "relid"))),
        numbered(session.query(ROLES, row -> numbered(row, r -> r.string("name")))),
        session.query(
            MAPPINGS,
            row ->
                new Facts.Mapping(row.number("server"), row.number("role"), row.string("remote"))));
  }

  private record Numbered<T>(long number, T value) {}

  private static <T> Numbered<T> numbered(Row row, Function<Row, T> reader) {
    return new Numbered<>(row.number("number"), reader.apply(row));
  }

  private static <T> Map<Long, T> numbered(List<Numbered<T>> values) {
    Map<Long, T> map = new TreeMap<>();
    values.forEach(v -> map.put(v.number(), v.value()));
    return map;
  }

  private static Numbered<Facts.Fact> fact(Row row) {
    return numbered(
        row, r -> new Facts.Fact(r.string("name"), r.string("kind"), r.string("extension")));
  }

  private static Facts.Server server(Row row) {
    return new Facts.Server(row.string("name"), row.strings("extensions"));
  }

  private static Facts.Relation relation(Row row) {
    return new Facts.Relation(
        row.string("schema"),
        row.string("name"),
        row.string("kind"),
        Double.parseDouble(row.string("rows")),
        row.bool("triggers"),
        row.string("key"),
        row.number("server"));
  }

  private static Set<String> of(List<Node> nodes, String... fields) {
    return nodes.stream()
        .flatMap(n -> Stream.of(fields).map(f -> PlanTree.number(n, f)))
        .filter(number -> number > 0)
        .map(number -> Long.toString(number))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
