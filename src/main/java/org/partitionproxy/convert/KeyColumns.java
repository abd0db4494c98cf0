package org.partitionproxy.convert;

import java.util.List;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.workflow.OpenWorkflow;

/**
 * The columns that foreign keys to converted tables need: a table that refers to a chat by its id
 * gets the chat's time, too. It comes without a value, so nobody waits; a trigger fills it for what
 * is written from then on, and the rest is filled in small transactions. The trigger stays: who
 * leaves the column out would otherwise write rows that refer to nothing.
 *
 * <p>Two that write at the same moment may leave a column behind: one adds a message to a chat
 * whose time the other one changes. Locks against that would make applications run into deadlocks.
 * Instead such rows are mended before foreign keys are checked; from the exchange on the foreign
 * key itself does not let it happen.
 */
final class KeyColumns {

  /** Of 8 kB each: some thousand rows, which are locked for some 10 ms. */
  private static final long PAGES = 64;

  private record Filling(int number, long pages) {}

  private final Session session;
  private final long id;
  private final ConversionRequest request;
  private final ConversionListener listener;

  KeyColumns(Session session, long id, ConversionRequest request, ConversionListener listener) {
    this.session = session;
    this.id = id;
    this.request = request;
    this.listener = listener;
  }

  void steps(OpenWorkflow workflow) {
    if (request.addKeyColumns()) {
      workflow.step("key columns", this::add);
      workflow.step("fill", this::fill);
    }
  }

  private String add() {
    long added =
        moment()
            .take(
                () ->
                    session
                        .query(
                            "SELECT ppp.conversion_add_columns(?, ?, ?::text[], ?) AS n",
                            row -> row.number("n"),
                            id,
                            request.schema().value(),
                            request.tables().stream().map(Identifier::value).toList(),
                            request.key().value())
                        .get(0));
    return added + " columns";
  }

  /** Begun anew, it finds what is filled already. */
  private String fill() {
    List<Filling> fillings =
        session.query(
            """
            SELECT f.number, pg_catalog.pg_relation_size(format('%I.%I', f.schema, f.name)) / 8192 + 1 AS pages
            FROM ppp.conversion_filling AS f WHERE f.workflow = ? ORDER BY f.number""",
            row -> new Filling(row.integer("number"), row.number("pages")), id);
    Throttle throttle = new Throttle(request);
    long filled = 0;
    for (Filling filling : fillings) {
      listener.begins("filling", "pages", filling.pages());
      for (long page = 0; page < filling.pages(); page += PAGES) {
        throttle.await(session);
        filled += fill(filling.number(), page);
        listener.advances(PAGES);
      }
    }
    return filled + " rows";
  }

  private long fill(int number, long page) {
    return moment()
        .take(
            () ->
                session
                    .query(
                        "SELECT ppp.conversion_fill(?, ?, ?, ?) AS n",
                        row -> row.number("n"),
                        id,
                        number,
                        page,
                        PAGES)
                    .get(0));
  }

  private Moment moment() {
    return new Moment(session, id, request.maxWait());
  }

  /** What is behind, so that foreign keys hold. */
  void mend() {
    if (request.addKeyColumns()) {
      moment()
          .take(
              () ->
                  session.query("SELECT ppp.conversion_mend(?) AS n", row -> row.number("n"), id));
    }
  }

  /** Before the exchange. */
  static void remove(Session session, long id) {
    session.query(
        "SELECT ppp.conversion_remove_columns(?) IS NULL AS done", row -> row.bool("done"), id);
  }
}
