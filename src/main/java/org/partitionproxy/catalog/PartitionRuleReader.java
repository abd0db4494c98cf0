package org.partitionproxy.catalog;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.PartitionRule;
import org.partitionproxy.state.PolicyTable;
import org.partitionproxy.state.SessionZone;

/** Reads a shard's {@link PartitionRule}s, and the tables that they are for. */
public final class PartitionRuleReader {

  private static final String INSTALLED =
      "SELECT pg_catalog.to_regclass('ppp.partition_policy') IS NOT NULL AS installed";

  private static final String RULES =
      """
      SELECT p.schema, p.name, p.key, p.encoding, p.step, p.unit, p.zone, p.ahead, p.keep, p.retire,
        p.naming, p.comments, p.each
      FROM ppp.partition_policy AS p
      ORDER BY p.schema, p.name""";

  /** Recognised as ppp.drop_guards does. */
  private static final String GUARDS =
      """
      SELECT n.nspname, c.relname, pg_catalog.array_agg(k.conname::text ORDER BY k.conname) AS guards
      FROM pg_catalog.pg_partitioned_table AS p
      JOIN pg_catalog.pg_constraint AS k ON k.conrelid = p.partdefid AND k.contype = 'c'
        AND k.conname LIKE 'ppp\\_not\\_%'
      JOIN pg_catalog.pg_class AS c ON c.oid = p.partrelid
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE p.partdefid <> 0 AND n.nspname = ANY (?)
      GROUP BY n.nspname, c.relname""";

  private static final String TABLES =
      """
      SELECT n.nspname, c.relname, c.relkind IN ('r', 'p') AS is_table,
        CASE p.partstrat WHEN 'r' THEN 'RANGE' WHEN 'l' THEN 'LIST' WHEN 'h' THEN 'HASH' END AS strategy,
        ARRAY(
          SELECT coalesce(k.attname, '(expression)')
          FROM pg_catalog.unnest(p.partattrs) WITH ORDINALITY AS part (number, place)
          LEFT JOIN pg_catalog.pg_attribute AS k ON k.attrelid = c.oid AND k.attnum = part.number
            AND part.number <> 0
          ORDER BY part.place)::text[] AS keys,
        pg_catalog.format_type(a.atttypid, NULL) AS type,
        coalesce(NOT a.attnotnull, false) AS nullable,
        dn.nspname AS fallback_schema, d.relname AS fallback
      FROM unnest(?::text[], ?::text[]) AS wanted (name, key)
      CROSS JOIN pg_catalog.unnest(?::text[]) AS schemas (schema)
      JOIN pg_catalog.pg_namespace AS n ON n.nspname = schemas.schema
      JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = wanted.name
        AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      LEFT JOIN pg_catalog.pg_partitioned_table AS p ON p.partrelid = c.oid
      LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attname = wanted.key
        AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_catalog.pg_class AS d ON d.oid = p.partdefid
      LEFT JOIN pg_catalog.pg_namespace AS dn ON dn.oid = d.relnamespace
      ORDER BY n.nspname, c.relname""";

  /**
   * The newest partition of tables whose newest is not one of the rule's ranges. A partition
   * without an end is none of any rule's.
   */
  private static final String OTHER_RANGES =
      """
      SELECT w.schema, w.name, newest.lower, newest.upper
      FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
        AS w (schema, name, key, encoding, step, unit, zone)
      JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema
      JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.name
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attname = w.key
      CROSS JOIN LATERAL (
        SELECT r.lower, r.upper,
          ppp.bound_position(a.atttypid, w.encoding, r.lower) AS first,
          ppp.bound_position(a.atttypid, w.encoding, r.upper) AS last,
          CASE WHEN a.atttypid IN ('timestamp'::regtype, 'date'::regtype) THEN 'UTC' ELSE w.zone END AS zone
        FROM ppp.range_partitions(c.oid) AS r
        WHERE NOT r.is_default
        ORDER BY last DESC
        LIMIT 1) AS newest
      WHERE NOT CASE
        WHEN newest.first = '-Infinity' OR newest.last = 'Infinity' THEN newest.last < 'Infinity'
        ELSE ppp.range_start(w.step::bigint, w.unit, newest.zone, newest.first) = newest.first
          AND ppp.range_end(w.step::bigint, w.unit, newest.zone, newest.first) = newest.last
        END
      ORDER BY w.schema, w.name""";

  /** Of servers' files because a session that sets its TimeZone sees nothing else. */
  private static final String ZONES =
      """
      SELECT d.datname, r.rolname, pg_catalog.substr(c.setting, 10) AS zone
      FROM pg_catalog.pg_db_role_setting AS s
      CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS c (setting)
      LEFT JOIN pg_catalog.pg_database AS d ON d.oid = s.setdatabase
      LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole
      WHERE pg_catalog.lower(c.setting) LIKE 'timezone=%'
        AND (s.setdatabase = 0 OR d.datname = pg_catalog.current_database())
      UNION ALL
      SELECT NULL, NULL, coalesce((
          SELECT f.setting
          FROM pg_catalog.pg_file_settings AS f
          WHERE pg_catalog.lower(f.name) = 'timezone' AND f.applied
          ORDER BY f.seqno DESC
          LIMIT 1), 'GMT')
      ORDER BY 1 NULLS FIRST, 2 NULLS FIRST""";

  /**
   * A partition that is not one of its rule's ranges.
   *
   * @param lower as the catalogs show it, in UTC
   * @param upper the same
   */
  public record OtherRange(String lower, String upper) {}

  /** Whether the functions for partitions are there. */
  public boolean isInstalled(Session session) {
    return session.query(INSTALLED, row -> row.bool("installed")).get(0);
  }

  /** All of the server's; the functions must be there. */
  public List<PartitionRule> rules(Session session) {
    return session.query(
        RULES,
        row ->
            new PartitionRule(
                QualifiedName.of(row.string("schema"), row.string("name")),
                row.identifier("key"),
                row.string("encoding"),
                row.number("step"),
                row.string("unit"),
                row.string("zone"),
                row.integer("ahead"),
                row.findString("keep"),
                row.string("retire"),
                row.string("naming"),
                row.bool("comments"),
                row.strings("each")));
  }

  /** By table, the CHECKs that keep its default partition from a range that is being made. */
  public SortedMap<QualifiedName, List<String>> guards(
      Session session, Collection<Identifier> schemas) {
    TreeMap<QualifiedName, List<String>> guards = new TreeMap<>();
    session.forEach(
        GUARDS,
        row ->
            guards.put(
                QualifiedName.of(row.string("nspname"), row.string("relname")),
                row.strings("guards")),
        texts(schemas));
    return guards;
  }

  /**
   * The relations of these names in these schemas.
   *
   * @param keys the rules' columns by the tables' names
   */
  public List<PolicyTable> tables(
      Session session, SortedMap<Identifier, Identifier> keys, Collection<Identifier> schemas) {
    return session.query(
        TABLES,
        PartitionRuleReader::table,
        texts(keys.keySet()),
        texts(keys.values()),
        texts(schemas));
  }

  private static List<String> texts(Collection<Identifier> names) {
    return names.stream().map(Identifier::value).toList();
  }

  private static PolicyTable table(Row row) {
    return new PolicyTable(
        new QualifiedName(row.identifier("nspname"), row.identifier("relname")),
        row.bool("is_table"),
        row.findString("strategy"),
        row.strings("keys"),
        row.findString("type"),
        row.bool("nullable"),
        row.findIdentifier("fallback")
            .map(name -> new QualifiedName(row.identifier("fallback_schema"), name)));
  }

  /** The newest partitions where these are none of the rules' ranges; functions must be there. */
  public SortedMap<QualifiedName, OtherRange> otherRanges(
      Session session, List<PartitionRule> rules) {
    TreeMap<QualifiedName, OtherRange> others = new TreeMap<>();
    session.forEach(
        OTHER_RANGES,
        row ->
            others.put(
                QualifiedName.of(row.string("schema"), row.string("name")),
                new OtherRange(row.string("lower"), row.string("upper"))),
        rules.stream().map(r -> r.table().schema().value()).toList(),
        rules.stream().map(r -> r.table().name().value()).toList(),
        rules.stream().map(r -> r.key().value()).toList(),
        rules.stream().map(PartitionRule::encoding).toList(),
        rules.stream().map(r -> Long.toString(r.step())).toList(),
        rules.stream().map(PartitionRule::unit).toList(),
        rules.stream().map(PartitionRule::zone).toList());
    return others;
  }

  /**
   * The tables whose default partition holds rows of ranges that should be partitions.
   *
   * @param written rules that the server has, of tables with a default partition
   */
  public SortedSet<QualifiedName> blocked(
      Session session, Map<PartitionRule, PolicyTable> written) {
    List<Sql> questions = new ArrayList<>();
    written.forEach(
        (rule, table) ->
            questions.add(
                Sql.of(
                    """
                    SELECT {}::text AS schema, {}::text AS name
                    WHERE EXISTS (
                      SELECT FROM ppp.missing_ranges({}, {}) AS m
                      JOIN {} AS d
                        ON d.{} >= ppp.position_bound({}::regtype, {}, m.lower)::{}
                        AND d.{} < ppp.position_bound({}::regtype, {}, m.upper)::{})""",
                    Literal.of(rule.table().schema().value()),
                    Literal.of(rule.table().name().value()),
                    Literal.of(rule.table().schema().value()),
                    Literal.of(rule.table().name().value()),
                    table.fallback().orElseThrow(),
                    rule.key(),
                    Literal.of(table.type().orElseThrow()),
                    Literal.of(rule.encoding()),
                    Sql.deparsed(table.type().orElseThrow()),
                    rule.key(),
                    Literal.of(table.type().orElseThrow()),
                    Literal.of(rule.encoding()),
                    Sql.deparsed(table.type().orElseThrow()))));
    return questions.isEmpty()
        ? new TreeSet<>()
        : new TreeSet<>(
            session.query(
                Sql.join("\nUNION ALL\n", questions),
                row -> QualifiedName.of(row.string("schema"), row.string("name"))));
  }

  /** What TimeZone sessions in this database begin with, unless they set one themselves. */
  public List<SessionZone> zones(Session session) {
    return session.query(
        ZONES,
        row ->
            new SessionZone(
                row.findIdentifier("datname"), row.findIdentifier("rolname"), row.string("zone")));
  }
}
