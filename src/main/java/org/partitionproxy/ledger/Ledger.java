package org.partitionproxy.ledger;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
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
import org.partitionproxy.sql.SqlResource;

/**
 * Reads and writes schema {@code ppp} in a session's database. What is written commits with the
 * transaction that it is written in, so the ledger never tells of something that was rolled back.
 */
public final class Ledger {

  /** Of the tables in {@code ledger.sql}. */
  public static final int VERSION = 4;

  public static final Identifier SCHEMA = Identifier.of("ppp");

  private static final SqlResource TABLES =
      SqlResource.load("/org/partitionproxy/ledger/ledger.sql");

  /** Guards that were dropped by hand make functions that have to be made again. */
  private static final String STAMP =
      """
      SELECT s.topology, s.server, s.version,
        CASE WHEN pg_catalog.to_regproc('ppp.ddl_guard') IS NOT NULL
            AND (SELECT r.rolsuper FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user)
            AND (SELECT count(*) FROM pg_catalog.pg_event_trigger AS t
              WHERE t.evtname IN ('ppp_ddl_hint', 'ppp_ddl_guard', 'ppp_drop_guard')) < 3
          THEN '' ELSE s.functions END AS functions
      FROM ppp.stamp AS s""";

  private final Session session;

  public Ledger(Session session) {
    this.session = session;
  }

  /** The statements that make or mend the ledger and say whose server it is. */
  public static List<Sql> statements(Stamp stamp) {
    return List.of(
        Sql.resource(TABLES),
        Sql.of(
            "INSERT INTO ppp.stamp (topology, server, version, functions) VALUES ({}, {}, {}, {})"
                + " ON CONFLICT ((true)) DO UPDATE"
                + " SET version = EXCLUDED.version, functions = EXCLUDED.functions",
            Literal.of(stamp.topology()),
            Literal.of(stamp.server()),
            Literal.of(Integer.toString(stamp.version())),
            Literal.of(stamp.functions())));
  }

  /** Empty where ppp has never been. */
  public Optional<Stamp> stamp() {
    boolean there =
        session
            .query(
                "SELECT pg_catalog.to_regclass('ppp.stamp') IS NOT NULL AS there",
                row -> row.bool("there"))
            .get(0);
    return there
        ? session.queryOne(
            STAMP,
            row ->
                new Stamp(
                    row.string("topology"),
                    row.string("server"),
                    row.integer("version"),
                    row.string("functions")))
        : Optional.empty();
  }

  /** By schema. */
  public SortedMap<Identifier, Placement> placements() {
    TreeMap<Identifier, Placement> placements = new TreeMap<>();
    session.forEach(
        "SELECT schema, tenant, shard, source, mirror, notes FROM ppp.tenant ORDER BY schema",
        row -> placements.put(row.identifier("schema"), placement(row)));
    return placements;
  }

  private static Placement placement(Row row) {
    return new Placement(
        row.identifier("schema"),
        row.string("tenant"),
        row.string("shard"),
        row.string("source"),
        row.string("mirror"),
        row.strings("notes"));
  }

  /** The tables of these schemas that ppp made. */
  public SortedSet<QualifiedName> tables(Collection<Identifier> schemas) {
    TreeSet<QualifiedName> tables = new TreeSet<>();
    session.forEach(
        "SELECT schema, tables FROM ppp.tenant WHERE schema = ANY (?) ORDER BY schema",
        row ->
            row.strings("tables").stream()
                .map(t -> new QualifiedName(row.identifier("schema"), Identifier.of(t)))
                .forEach(tables::add),
        schemas.stream().map(Identifier::value).toList());
    return tables;
  }

  /** That a foreign table of a tenant's mirror has another name. */
  public void renameTable(Identifier schema, String from, String to) {
    session.update(
        "UPDATE ppp.tenant SET tables = pg_catalog.array_replace(tables, ?, ?) WHERE schema = ?",
        from,
        to,
        schema.value());
  }

  /** Whether ppp made this object. */
  public boolean made(String kind, String name) {
    return !session
        .query(
            "SELECT kind FROM ppp.object WHERE kind = ? AND name = ?",
            row -> row.string("kind"),
            kind,
            name)
        .isEmpty();
  }

  /** The names of the objects of a kind that ppp made here. */
  public SortedSet<String> made(String kind) {
    return new TreeSet<>(
        session.query(
            "SELECT name FROM ppp.object WHERE kind = ? ORDER BY name",
            row -> row.string("name"),
            kind));
  }

  public void recordMade(String kind, Collection<String> names) {
    session.update(
        """
        INSERT INTO ppp.object (kind, name)
        SELECT ?, name FROM pg_catalog.unnest(?::text[]) AS name
        ON CONFLICT DO NOTHING""",
        kind,
        names);
  }

  public void recordDropped(String kind, Collection<String> names) {
    session.update("DELETE FROM ppp.object WHERE kind = ? AND name = ANY (?)", kind, names);
  }

  /**
   * Where a tenant lives.
   *
   * @param schema its own
   */
  public record Home(Identifier schema, String tenant, String shard) {}

  /** That tenants live on shards; their fingerprints and tables stay as they are. */
  public void recordHomes(Collection<Home> homes) {
    session.updateAll(
        """
        INSERT INTO ppp.tenant (schema, tenant, shard) VALUES (?, ?, ?)
        ON CONFLICT (schema) DO UPDATE
        SET tenant = EXCLUDED.tenant, shard = EXCLUDED.shard, updated_at = now()""",
        homes.stream()
            .map(home -> List.<Object>of(home.schema().value(), home.tenant(), home.shard()))
            .toList());
  }

  /**
   * A tenant's mirror that is in step.
   *
   * @param source the shard's fingerprint
   * @param mirror the veneer's fingerprint
   * @param tables that ppp made of it
   * @param notes what it left out
   * @param keys of its tables, as a JSON array of rows of view {@code ppp.keys}
   */
  public record InStep(
      Identifier schema,
      String source,
      String mirror,
      Collection<String> tables,
      Collection<String> notes,
      String keys) {}

  public void recordMirrors(Collection<InStep> mirrors) {
    session.updateAll(
        """
        UPDATE ppp.tenant
        SET source = ?, mirror = ?, tables = ?, notes = ?, keys = ?::jsonb, updated_at = now()
        WHERE schema = ?""",
        mirrors.stream()
            .map(
                one ->
                    List.<Object>of(
                        one.source(),
                        one.mirror(),
                        one.tables(),
                        one.notes(),
                        one.keys(),
                        one.schema().value()))
            .toList());
  }

  public void forget(Collection<Identifier> schemas) {
    List<String> names = schemas.stream().map(Identifier::value).toList();
    session.update("DELETE FROM ppp.tenant WHERE schema = ANY (?)", names);
    new StatisticsLedger(session).forget(names);
  }
}
