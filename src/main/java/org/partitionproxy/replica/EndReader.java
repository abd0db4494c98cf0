package org.partitionproxy.replica;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.partitionproxy.catalog.TypeReader;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;

/**
 * Reads both ends of a replication with the same questions, a fixed number of them. Sessions must
 * have only pg_catalog on their search_path.
 */
public final class EndReader {

  /** A row per table and partition; each before its partitions. */
  private static final String TABLES =
      """
      WITH RECURSIVE tree AS (
        SELECT c.oid, 0 AS depth, NULL::pg_catalog.oid AS parent, c.oid AS root
        FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY (?) AND c.relkind IN ('r', 'p') AND c.relpersistence = 'p'
          AND NOT c.relispartition
        UNION ALL
        SELECT c.oid, t.depth + 1, t.oid, t.root
        FROM tree AS t
        JOIN pg_catalog.pg_inherits AS i ON i.inhparent = t.oid AND NOT i.inhdetachpending
        JOIN pg_catalog.pg_class AS c
          ON c.oid = i.inhrelid AND c.relispartition AND c.relkind IN ('r', 'p'))
      SELECT n.nspname, c.relname, t.depth, c.relreplident::text AS identity,
        rn.nspname AS root_schema, rc.relname AS root,
        pn.nspname AS parent_schema, pc.relname AS parent,
        pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS bound,
        CASE c.relkind WHEN 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END AS partition_key,
        xi.relname AS identity_index,
        CASE WHEN k.oid IS NULL AND NOT xi.relispartition
          THEN pg_catalog.pg_get_indexdef(x.indexrelid) END AS index_definition,
        c.relreplident = 'f' OR x.indexrelid IS NOT NULL
          OR c.relreplident = 'd' AND EXISTS (SELECT FROM pg_catalog.pg_index AS p
            WHERE p.indrelid = c.oid AND p.indisprimary AND p.indisvalid) AS identified,
        (SELECT pg_catalog.array_agg(ARRAY[a.attname,
            pg_catalog.format_type(a.atttypid, a.atttypmod),
            CASE WHEN a.attnotnull THEN 't' ELSE 'f' END,
            CASE WHEN a.attcollation <> ty.typcollation THEN a.attcollation::regcollation::text END,
            CASE WHEN a.attgenerated <> '' THEN pg_catalog.format('GENERATED ALWAYS AS (%s) %s',
              pg_catalog.pg_get_expr(ad.adbin, ad.adrelid),
              CASE a.attgenerated WHEN 's' THEN 'STORED' ELSE 'VIRTUAL' END) END,
            CASE WHEN a.atthasdef OR a.attidentity <> '' OR a.attnotnull THEN 't' ELSE 'f' END,
            CASE WHEN a.atthasmissing THEN (a.attmissingval::text::text[])[1] END,
            a.attnum::text]::text[]
            ORDER BY a.attnum)
          FROM pg_catalog.pg_attribute AS a
          JOIN pg_catalog.pg_type AS ty ON ty.oid = a.atttypid
          LEFT JOIN pg_catalog.pg_attrdef AS ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
        pg_catalog.obj_description(c.oid, 'pg_class') AS comment,
        (SELECT pg_catalog.array_agg(
            ARRAY[o.conname, pg_catalog.pg_get_constraintdef(o.oid)]::text[] ORDER BY o.conname)
          FROM pg_catalog.pg_constraint AS o
          WHERE o.conrelid = c.oid AND o.contype IN ('p', 'u') AND o.conparentid = 0) AS keys,
        (SELECT pg_catalog.array_agg(ARRAY[ic.relname, pg_catalog.regexp_replace(
            pg_catalog.replace(pg_catalog.pg_get_indexdef(ix.indexrelid), ' ON ONLY ', ' ON '),
            '^CREATE UNIQUE', 'CREATE')]::text[] ORDER BY ic.relname)
          FROM pg_catalog.pg_index AS ix
          JOIN pg_catalog.pg_class AS ic ON ic.oid = ix.indexrelid AND NOT ic.relispartition
          WHERE ix.indrelid = c.oid AND ix.indisvalid AND NOT ix.indisreplident
            AND ix.indexprs IS NULL AND ix.indpred IS NULL
            AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS ko
              WHERE ko.conindid = ix.indexrelid AND ko.contype IN ('p', 'u', 'x'))
            AND NOT EXISTS (SELECT FROM pg_catalog.pg_opclass AS oc
              WHERE oc.oid = ANY (ix.indclass)
                AND oc.opcnamespace <> 'pg_catalog'::regnamespace)) AS indexes
      FROM tree AS t
      JOIN pg_catalog.pg_class AS c ON c.oid = t.oid
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_class AS rc ON rc.oid = t.root
      JOIN pg_catalog.pg_namespace AS rn ON rn.oid = rc.relnamespace
      LEFT JOIN pg_catalog.pg_class AS pc ON pc.oid = t.parent
      LEFT JOIN pg_catalog.pg_namespace AS pn ON pn.oid = pc.relnamespace
      LEFT JOIN pg_catalog.pg_index AS x
        ON c.relreplident = 'i' AND x.indrelid = c.oid AND x.indisreplident
      LEFT JOIN pg_catalog.pg_class AS xi ON xi.oid = x.indexrelid
      LEFT JOIN pg_catalog.pg_constraint AS k ON k.conindid = x.indexrelid AND k.contype IN ('p', 'u')
      ORDER BY t.depth, n.nspname, c.relname""";

  private static final String PUBLISHED =
      """
      SELECT n.nspname, c.relname
      FROM pg_catalog.pg_publication AS p
      JOIN pg_catalog.pg_publication_rel AS r ON r.prpubid = p.oid
      JOIN pg_catalog.pg_class AS c ON c.oid = r.prrelid
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE p.pubname = ?
      ORDER BY n.nspname, c.relname""";

  private static final String READABLE =
      """
      SELECT n.nspname, c.relname
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = ANY (?) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND pg_catalog.has_table_privilege(?, c.oid, 'SELECT')
      ORDER BY n.nspname, c.relname""";

  private static final String USABLE =
      """
      SELECT n.nspname
      FROM pg_catalog.pg_namespace AS n
      WHERE n.nspname = ANY (?) AND pg_catalog.has_schema_privilege(?, n.oid, 'USAGE')
      ORDER BY n.nspname""";

  private static final String SUBSCRIPTION =
      """
      SELECT s.oid::text, s.subenabled, s.subslotname,
        pg_catalog.regexp_replace(s.subconninfo, 'password=''([^''\\\\]|\\\\.)*''', '') AS connection
      FROM pg_catalog.pg_subscription AS s
      JOIN pg_catalog.pg_database AS d ON d.oid = s.subdbid
      WHERE d.datname = pg_catalog.current_database() AND s.subname = ?""";

  private static final String FOLLOWED =
      """
      SELECT n.nspname, c.relname
      FROM pg_catalog.pg_subscription_rel AS r
      JOIN pg_catalog.pg_class AS c ON c.oid = r.srrelid
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE r.srsubid = ?::pg_catalog.oid
      ORDER BY n.nspname, c.relname""";

  /** Of the types of columns, of their elements, and of what domains are made of. */
  private static final String EXTENSIONS =
      """
      WITH used AS (
        SELECT t.oid, t.typelem, t.typbasetype
        FROM pg_catalog.pg_type AS t
        JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.typnamespace
        WHERE tn.nspname = ANY (?) AND t.typtype = 'd'
          OR t.oid IN (
            SELECT a.atttypid
            FROM pg_catalog.pg_attribute AS a
            JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'c')
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = ANY (?) AND a.attnum > 0 AND NOT a.attisdropped))
      SELECT DISTINCT e.extname, n.nspname
      FROM used AS u
      CROSS JOIN LATERAL (VALUES (u.oid), (u.typelem), (u.typbasetype)) AS o (oid)
      JOIN pg_catalog.pg_depend AS d
        ON d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = o.oid AND d.deptype = 'e'
      JOIN pg_catalog.pg_extension AS e
        ON d.refclassid = 'pg_catalog.pg_extension'::regclass AND e.oid = d.refobjid
      JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
      ORDER BY e.extname""";

  private static final String INSTALLED =
      """
      SELECT e.extname
      FROM pg_catalog.pg_extension AS e
      ORDER BY e.extname""";

  private final TypeReader types = new TypeReader();

  public ShardEnd shard(Session session, Replication replication) {
    String name = replication.name().value();
    List<String> schemas = names(replication.schemas());
    String role = replication.role().value();
    boolean hasRole =
        !session
            .query(
                "SELECT r.rolname FROM pg_catalog.pg_roles AS r WHERE r.rolname = ?",
                row -> true,
                role)
            .isEmpty();
    boolean there =
        !session
            .query(
                "SELECT p.oid FROM pg_catalog.pg_publication AS p WHERE p.pubname = ?",
                row -> true,
                name)
            .isEmpty();
    SortedMap<QualifiedName, CopiedTable> tables = tables(session, schemas);
    keepTrees(tables, replication.wanted());
    return new ShardEnd(
        hasRole,
        hasRole ? named(session.query(READABLE, EndReader::name, schemas, role)) : new TreeSet<>(),
        hasRole
            ? new TreeSet<>(session.query(USABLE, row -> row.identifier("nspname"), schemas, role))
            : new TreeSet<>(),
        there
            ? Optional.of(named(session.query(PUBLISHED, EndReader::name, name)))
            : Optional.empty(),
        new Ledger(session).made(ObjectKind.PUBLICATION.toString(), name),
        session.queryOne(
            "SELECT coalesce(s.wal_status, 'lost') AS status FROM pg_catalog.pg_replication_slots AS s"
                + " WHERE s.slot_name = ?",
            row -> row.string("status"),
            name),
        tables,
        unidentified(tables),
        session.query(
            EXTENSIONS,
            row -> new ShardEnd.Extension(row.identifier("extname"), row.identifier("nspname")),
            schemas,
            schemas),
        types.read(session, replication.schemas()));
  }

  public ReplicaEnd replica(Session session, Replication replication) {
    List<String> schemas = names(replication.schemas());
    return new ReplicaEnd(
        session
            .query(
                "SELECT c.system_identifier::text AS system FROM pg_catalog.pg_control_system() AS c",
                row -> row.string("system"))
            .get(0),
        tables(session, schemas),
        new Ledger(session).made(ObjectKind.TABLE.toString()),
        types.read(session, replication.schemas()),
        new TreeSet<>(session.query(INSTALLED, row -> row.identifier("extname"))),
        session.queryOne(
            SUBSCRIPTION, row -> subscription(session, row), replication.name().value()));
  }

  private static ReplicaEnd.Subscription subscription(Session session, Row row) {
    return new ReplicaEnd.Subscription(
        row.bool("subenabled"),
        row.findString("subslotname"),
        row.string("connection").strip(),
        named(session.query(FOLLOWED, EndReader::name, row.string("oid"))));
  }

  private static SortedMap<QualifiedName, CopiedTable> tables(
      Session session, List<String> schemas) {
    TreeMap<QualifiedName, CopiedTable> tables = new TreeMap<>();
    session.query(TABLES, EndReader::table, schemas).forEach(t -> tables.put(t.name(), t));
    return tables;
  }

  private static CopiedTable table(Row row) {
    return new CopiedTable(
        name(row),
        new QualifiedName(row.identifier("root_schema"), row.identifier("root")),
        row.integer("depth"),
        row.stringRows("columns").stream().map(CopiedColumn::of).toList(),
        ColumnNumbers.of(row.findString("comment")),
        definitions(row, "keys"),
        definitions(row, "indexes"),
        row.findString("index_definition"),
        new CopiedTable.Identity(row.string("identity"), row.findIdentifier("identity_index")),
        row.bool("identified"),
        row.findString("partition_key"),
        row.findIdentifier("parent")
            .map(
                parent ->
                    new CopiedTable.Place(
                        new QualifiedName(row.identifier("parent_schema"), parent),
                        row.string("bound"))));
  }

  private static SortedMap<Identifier, String> definitions(Row row, String column) {
    TreeMap<Identifier, String> definitions = new TreeMap<>();
    row.stringRows(column)
        .forEach(
            one ->
                definitions.put(Identifier.of(one.get(0).orElseThrow()), one.get(1).orElseThrow()));
    return definitions;
  }

  /** Leaves only what is wanted, and the partitions of that. */
  private static void keepTrees(
      SortedMap<QualifiedName, CopiedTable> tables, Predicate<Identifier> wanted) {
    tables.values().removeIf(table -> !wanted.test(table.root().name()));
  }

  /** A partitioned table is as its partitions are, and as it is itself, since more may come. */
  private static SortedSet<QualifiedName> unidentified(
      SortedMap<QualifiedName, CopiedTable> tables) {
    TreeSet<QualifiedName> without = new TreeSet<>();
    tables.values().stream()
        .filter(table -> !table.identified())
        .forEach(table -> without.add(table.root()));
    return without;
  }

  private static QualifiedName name(Row row) {
    return new QualifiedName(row.identifier("nspname"), row.identifier("relname"));
  }

  private static SortedSet<QualifiedName> named(List<QualifiedName> names) {
    return new TreeSet<>(names);
  }

  private static List<String> names(SortedSet<Identifier> identifiers) {
    return identifiers.stream().map(Identifier::value).toList();
  }
}
