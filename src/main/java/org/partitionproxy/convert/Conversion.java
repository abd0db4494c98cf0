package org.partitionproxy.convert;

import java.util.function.Supplier;
import org.partitionproxy.db.Session;
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
    ConversionFunctions.install(session);
    KeyColumns columns = new KeyColumns(session, id, request, listener);
    try (NewTables tables = new NewTables(workflow, request, listener)) {
      tables.fill(columns);
    }
    Exchange exchange = new Exchange(session, id, request, listener);
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
    ConversionFunctions.install(workflow.session());
    new WayBack(workflow, listener).go();
    followed(workflow);
    workflow.become(WorkflowState.ABORTED);
  }

  @Override
  public void finish(OpenWorkflow workflow) {
    Session session = workflow.session();
    long id = workflow.id().number();
    ConversionFunctions.install(session);
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
