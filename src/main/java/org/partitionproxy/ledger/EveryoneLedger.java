package org.partitionproxy.ledger;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.db.Session;

/** The veneer's memory of schema {@code everyone}. */
public final class EveryoneLedger {

  private final Session session;

  public EveryoneLedger(Session session) {
    this.session = session;
  }

  /**
   * Schema {@code everyone} when it was last in step.
   *
   * @param source the fingerprint of what it follows from
   * @param made the fingerprint of what was made of it, on all servers
   * @param notes for people: what differed between tenants
   */
  public record Known(String source, String made, List<String> notes) {

    public Known {
      notes = List.copyOf(notes);
    }
  }

  /** Empty where it was never made, and in ledgers that are older than it. */
  public Optional<Known> known() {
    boolean there =
        session
            .query(
                "SELECT pg_catalog.to_regclass('ppp.everyone') IS NOT NULL AS there",
                row -> row.bool("there"))
            .get(0);
    return there
        ? session.queryOne(
            "SELECT source, made, notes FROM ppp.everyone",
            row -> new Known(row.string("source"), row.string("made"), row.strings("notes")))
        : Optional.empty();
  }

  public void record(String source, String made, Collection<String> notes) {
    session.update(
        """
        INSERT INTO ppp.everyone (source, made, notes) VALUES (?, ?, ?)
        ON CONFLICT ((true)) DO UPDATE SET source = EXCLUDED.source, made = EXCLUDED.made,
          notes = EXCLUDED.notes, updated_at = now()""",
        source,
        made,
        notes);
  }

  public void forget() {
    session.update("DELETE FROM ppp.everyone");
  }
}
