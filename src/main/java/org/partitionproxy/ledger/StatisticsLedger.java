package org.partitionproxy.ledger;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;

/** What a veneer knows of the sizes of the tables that it mirrors. */
public final class StatisticsLedger {

  private static final String KNOWN =
      """
      SELECT n.nspname, c.relname, c.reltuples::bigint AS estimate, a.rows, a.changes
      FROM ppp.tenant AS t
      JOIN pg_catalog.pg_namespace AS n ON n.nspname = t.schema
      JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = ANY (t.tables)
      LEFT JOIN ppp.analyzed AS a ON a.schema = t.schema AND a.name = c.relname
      WHERE t.schema = ANY (?) AND c.relkind = 'f'
      ORDER BY n.nspname, c.relname""";

  private final Session session;

  public StatisticsLedger(Session session) {
    this.session = session;
  }

  /**
   * One mirrored table.
   *
   * @param estimate rows by the veneer's statistics; negative if it has none
   * @param last what the shard told when {@code ppp analyze} read the table last
   */
  public record Known(long estimate, Optional<Told> last) {}

  /**
   * What a shard tells of a table.
   *
   * @param rows about so many
   * @param changes rows that were written since its counters began
   */
  public record Told(long rows, long changes) {}

  /** The foreign tables that ppp made in these schemas. */
  public SortedMap<QualifiedName, Known> known(Collection<Identifier> schemas) {
    TreeMap<QualifiedName, Known> known = new TreeMap<>();
    session.forEach(
        KNOWN,
        row ->
            known.put(
                new QualifiedName(row.identifier("nspname"), row.identifier("relname")),
                new Known(
                    row.number("estimate"),
                    row.findNumber("rows").map(rows -> new Told(rows, row.number("changes"))))),
        schemas.stream().map(Identifier::value).toList());
    return known;
  }

  /** Also in ledgers that are older than what is forgotten. */
  void forget(Collection<String> schemas) {
    boolean there =
        session
            .query(
                "SELECT pg_catalog.to_regclass('ppp.analyzed') IS NOT NULL AS there",
                row -> row.bool("there"))
            .get(0);
    if (there) {
      session.update("DELETE FROM ppp.analyzed WHERE schema = ANY (?)", schemas);
    }
  }

  /** That these tables were analyzed just now. */
  public void record(SortedMap<QualifiedName, Told> analyzed) {
    session.updateAll(
        """
        INSERT INTO ppp.analyzed (schema, name, rows, changes) VALUES (?, ?, ?, ?)
        ON CONFLICT (schema, name) DO UPDATE
        SET rows = EXCLUDED.rows, changes = EXCLUDED.changes, analyzed_at = now()""",
        analyzed.entrySet().stream()
            .map(
                one ->
                    List.<Object>of(
                        one.getKey().schema().value(),
                        one.getKey().name().value(),
                        one.getValue().rows(),
                        one.getValue().changes()))
            .toList());
  }
}
