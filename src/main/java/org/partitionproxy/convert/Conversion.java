package org.partitionproxy.convert;

import java.util.List;
import java.util.function.Supplier;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.workflow.OpenWorkflow;
import org.partitionproxy.workflow.Workflow;
import org.partitionproxy.workflow.WorkflowId;
import org.partitionproxy.workflow.WorkflowKind;
import org.partitionproxy.workflow.WorkflowState;

/**
 * The steps that turn tables into partitioned ones, and why no row is lost or doubled.
 *
 * <ol>
 *   <li>New, partitioned tables are made out of sight, in a schema of the conversion's own.
 *   <li>Triggers write into a log, for each row that is written, how it is told apart and where it
 *       lies, before and after: by its key, or by its whole text where there is none. Making them
 *       waits for all who write, so a snapshot taken later sees what was written before them, and
 *       the log has all the rest.
 *   <li>Each range is copied in a transaction, as of a snapshot of its own. A row that nobody
 *       touches is in one range in all snapshots, so it is copied once. One that is touched may be
 *       copied stale, twice (it moved to a range that was copied later) or not at all; but then the
 *       log has it, with every place in which it was.
 *   <li>Once all ranges are copied, the log is applied, all that one snapshot sees of it: whatever
 *       the new table has of those rows at those places is deleted, and what the old table has of
 *       them there in that snapshot is inserted. That needs no order, and does no harm twice. An
 *       entry and the write that it tells of become visible together; so after it the new tables
 *       are what the old ones were in that snapshot, and any later write is in the log, with the
 *       places of its row before and after. That holds from one application to the next.
 *   <li>For the exchange the old tables are locked, so that nothing is written any more, the rest
 *       of the log is applied, and names change hands, all in one transaction.
 * </ol>
 *
 * <p>The way back is the same with the parts changed. At the exchange the two are alike and the log
 * is empty; the new tables have had the same triggers since before it, so whatever is written to
 * them from then on is in the log. Applied the other way round it makes the old tables what the new
 * ones are: of each row that is not in it both have the same, and of each other the old one gets
 * what the new one has. Only what old keys forbid, and rows that went with their partition, can't
 * be taken back; they are looked for first, and all ranges are compared. Until {@link #finish} each
 * write is written to the log too.
 *
 * <p>A transaction in REPEATABLE READ that took its snapshot before the exchange and uses the table
 * only after it sees what was copied before its snapshot, as with every rewritten table; so the
 * exchange first waits for the end of those whose snapshots are older than the copy.
 *
 * @see <a href="https://www.postgresql.org/docs/18/mvcc-caveats.html">PostgreSQL, 13.6 Caveats</a>
 */
public final class Conversion implements WorkflowKind {

  public static final String KIND = "convert";

  private static final String EXCHANGE = "exchange";

  /** More would make whole catalogs slow. */
  private static final int MOST_PARTITIONS = 20_000;

  static final int ROUNDS = 50;

  private final ConversionListener listener;
  private final Surroundings surroundings;

  public Conversion(ConversionListener listener, Surroundings surroundings) {
    this.listener = listener;
    this.surroundings = surroundings;
  }

  @Override
  public String name() {
    return KIND;
  }

  /** Which tables there are because of a conversion that is not over. */
  public static String whereabouts(Workflow workflow) {
    return "conversion \"%1$s\" of %2$s of tenant \"%3$s\" (%4$s) has tables in schemas \"ppp_convert_%5$d\" and \"ppp_before_%5$d\" until it is over"
        .formatted(
            workflow.id(),
            workflow.subject(),
            workflow.tenant(),
            workflow.state(),
            workflow.id().number());
  }

  @Override
  public String kept(Session session, WorkflowId id) {
    return session
        .query("SELECT ppp.conversion_kept(?) AS kept", row -> row.string("kept"), id.number())
        .get(0);
  }

  @Override
  public void run(OpenWorkflow workflow) {
    ConversionRequest request = ConversionRequest.of(workflow.definition());
    Session session = workflow.session();
    long id = workflow.id().number();
    RangeWork ranges = new RangeWork(workflow, request, listener);
    Exchange exchange = new Exchange(session, id, request, listener);
    install(session);
    KeyColumns columns = new KeyColumns(session, id, request, listener);
    columns.steps(workflow);
    workflow.step("prepare", () -> prepare(session, id, request));
    step(workflow, "capture", () -> capture(session, id, request));
    step(workflow, "ranges", () -> makeRanges(session, id, request));
    step(
        workflow,
        "copy",
        () -> {
          listener.begins("copying", "rows", estimate(session, id));
          ranges.copy();
          return count(session, id) + " rows";
        });
    step(workflow, "index", () -> index(session, id));
    step(
        workflow,
        "catch up",
        () -> {
          columns.mend();
          return catchUp(session, id);
        });
    step(
        workflow,
        "verify",
        () -> {
          listener.begins("comparing", "rows", count(session, id));
          ranges.verify();
          return "every range has the rows of the old table";
        });
    step(workflow, EXCHANGE, exchange::forth);
    step(
        workflow,
        "foreign keys",
        () -> {
          columns.mend();
          return exchange.foreignKeys();
        });
    step(workflow, "analyze", () -> analyze(session, id));
    step(workflow, "veneer", () -> followed(workflow));
    workflow.become(WorkflowState.WAITING);
  }

  /** A step that needs the tables. */
  static void step(OpenWorkflow workflow, String name, Supplier<String> work) {
    workflow.step(
        name,
        () -> {
          requireTables(workflow);
          return work.get();
        });
  }

  static void requireTables(OpenWorkflow workflow) {
    workflow
        .session()
        .query(
            "SELECT ppp.conversion_require(?) IS NULL AS there",
            row -> row.bool("there"),
            workflow.id().number());
  }

  static void install(Session session) {
    session.execute(
        List.of(
            Sql.of("SET client_min_messages = 'warning'"),
            Sql.resource(Preflight.FUNCTIONS),
            Sql.resource(KeyColumns.FUNCTIONS)));
  }

  static String prepare(Session session, long id, ConversionRequest request) {
    session.inTransaction(
        () -> {
          int number = 0;
          for (Identifier table : request.tables()) {
            session.query(
                """
                SELECT ppp.conversion_begin(?, ?, ?, ?, ?, ?, ?, ?, ?, ?::text[])
                  IS NULL AS done""",
                row -> row.bool("done"),
                id,
                ++number,
                request.schema().value(),
                table.value(),
                request.key().value(),
                request.every().step(),
                request.every().unit(),
                request.zone().getId(),
                request.ahead(),
                request.sorting().stream().map(Identifier::value).toList());
          }
        });
    return "new tables in schema \"ppp_convert_" + id + "\"";
  }

  private static String capture(Session session, long id, ConversionRequest request) {
    new Moment(session, id, request.maxWait())
        .take(
            () ->
                session.query(
                    "SELECT ppp.conversion_capture(?, false) IS NULL AS done",
                    row -> row.bool("done"),
                    id));
    return "every change is logged";
  }

  private static String makeRanges(Session session, long id, ConversionRequest request) {
    HelperIndex.make(session, id);
    int made =
        session.inTransaction(
            () -> {
              int sum = 0;
              for (int number = 1; number <= request.tables().size(); number++) {
                sum +=
                    session
                        .query(
                            "SELECT ppp.conversion_ranges(?, ?, ?) AS made",
                            row -> row.integer("made"),
                            id,
                            number,
                            MOST_PARTITIONS)
                        .get(0);
              }
              return sum;
            });
    return made + " partitions";
  }

  private static long estimate(Session session, long id) {
    return session
        .query(
            """
            SELECT coalesce(sum(greatest(t.reltuples, 0)), 0)::bigint AS rows
            FROM ppp.conversion AS c JOIN pg_catalog.pg_class AS t ON t.oid = c.old
            WHERE c.workflow = ?""",
            row -> row.number("rows"),
            id)
        .get(0);
  }

  static long count(Session session, long id) {
    return session
        .query(
            """
            SELECT coalesce(sum(r.rows), 0)::bigint AS rows FROM ppp.conversion_range AS r
            WHERE r.workflow = ?""",
            row -> row.number("rows"),
            id)
        .get(0);
  }

  private String index(Session session, long id) {
    listener.begins("indexing", "tables", 1);
    return makeIndexes(session, id);
  }

  static String makeIndexes(Session session, long id) {
    session.query("SELECT ppp.conversion_index(?) IS NULL AS done", row -> row.bool("done"), id);
    return "keys, indexes and triggers as before";
  }

  private String catchUp(Session session, long id) {
    ChangeLog log = new ChangeLog(session, id);
    listener.begins("catching up", "changes", log.pending());
    long changes = log.applyWithReferences();
    listener.advances(changes);
    return changes + log.applyUntilFew(ROUNDS) + " changes applied";
  }

  static String analyze(Session session, long id) {
    session
        .query(
            """
            SELECT 'ANALYZE ' || c.shadow::regclass AS command FROM ppp.conversion AS c
            WHERE c.workflow = ? ORDER BY c.number""",
            row -> row.string("command"),
            id)
        .forEach(command -> session.execute(Sql.deparsed(command)));
    return "statistics are fresh";
  }

  private String followed(OpenWorkflow workflow) {
    return followed(workflow, surroundings, listener);
  }

  static String followed(
      OpenWorkflow workflow, Surroundings surroundings, ConversionListener listener) {
    return surroundings
        .follow(new TenantName(workflow.workflow().tenant()))
        .map(
            problem -> {
              listener.says("note: the veneer is not in step yet: " + problem);
              return "not in step yet; `ppp initialize` does that";
            })
        .orElse("in step");
  }

  @Override
  public void abort(OpenWorkflow workflow) {
    install(workflow.session());
    new WayBack(workflow, listener).go();
    followed(workflow);
    workflow.become(WorkflowState.ABORTED);
  }

  @Override
  public void finish(OpenWorkflow workflow) {
    Session session = workflow.session();
    long id = workflow.id().number();
    install(session);
    new Moment(session, id, ConversionRequest.of(workflow.definition()).maxWait())
        .take(
            () -> {
              session.query(
                  "SELECT ppp.conversion_finish(?) IS NULL AS done", row -> row.bool("done"), id);
              workflow.become(WorkflowState.FINISHED);
              return id;
            });
  }
}
