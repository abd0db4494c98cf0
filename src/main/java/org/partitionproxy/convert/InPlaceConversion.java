package org.partitionproxy.convert;

import java.util.List;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.workflow.OpenWorkflow;
import org.partitionproxy.workflow.WorkflowId;
import org.partitionproxy.workflow.WorkflowKind;
import org.partitionproxy.workflow.WorkflowState;

/**
 * The quick way to a partitioned table: the old one becomes, as it is, the partition of all that is
 * older than a boundary in the near future; new partitions follow it. No row is copied, so none can
 * be lost. What takes time is an index for each key that lacks the partition key, and to read the
 * table once, for a CHECK that proves to ATTACH PARTITION that all rows are before the boundary.
 *
 * <p>From when the CHECK is there, rows beyond the boundary are refused. So it comes last, right
 * before the exchange; the boundary is far enough ahead; and where a stopped conversion let that
 * time pass, a later one is chosen.
 *
 * @see <a href="https://www.postgresql.org/docs/18/sql-altertable.html">ALTER TABLE, ATTACH
 *     PARTITION</a>
 */
public final class InPlaceConversion implements WorkflowKind {

  public static final String KIND = "convert in place";

  private static final int BOUNDARIES = 3;

  private static final String MISSING_INDEXES =
      """
      SELECT k.command FROM ppp.conversion_key_indexes(?) AS k
      WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class AS i
        JOIN ppp.conversion AS c ON c.workflow = ? AND c.number = k.number
        JOIN pg_catalog.pg_class AS t ON t.oid = c.old AND t.relnamespace = i.relnamespace
        WHERE i.relname = k.index)""";

  private static final String UNPROVEN =
      """
      SELECT format('ALTER TABLE %s VALIDATE CONSTRAINT %I', c.old::regclass, k.conname) AS command
      FROM ppp.conversion AS c
      JOIN pg_catalog.pg_constraint AS k
        ON k.conrelid = c.old AND k.conname = 'ppp_convert_' || c.workflow
      WHERE c.workflow = ? AND NOT k.convalidated""";

  private final ConversionListener listener;
  private final Surroundings surroundings;

  public InPlaceConversion(ConversionListener listener, Surroundings surroundings) {
    this.listener = listener;
    this.surroundings = surroundings;
  }

  @Override
  public String name() {
    return KIND;
  }

  @Override
  public void run(OpenWorkflow workflow) {
    ConversionRequest request = ConversionRequest.of(workflow.definition());
    Session session = workflow.session();
    long id = workflow.id().number();
    Exchange exchange = new Exchange(session, id, request, listener);
    ConversionFunctions.install(session);
    KeyColumns columns = new KeyColumns(session, id, request, listener);
    columns.steps(workflow);
    workflow.step("prepare", () -> NewTables.prepare(session, id, request));
    Conversion.step(workflow, "keys", () -> keys(session, id));
    Conversion.step(workflow, "boundary", () -> prove(session, id, request));
    Conversion.step(
        workflow,
        "exchange",
        () -> {
          if (Exchange.isDone(session, id)) {
            return "done before ppp was stopped";
          }
          prove(session, id, request);
          NewTables.makeIndexes(session, id);
          return exchange.attach();
        });
    Conversion.step(
        workflow,
        "foreign keys",
        () -> {
          columns.mend();
          return exchange.foreignKeys();
        });
    Conversion.step(workflow, "analyze", () -> Conversion.analyze(session, id));
    Conversion.step(
        workflow, "veneer", () -> Conversion.followed(workflow, surroundings, listener));
    session.inTransaction(
        () -> {
          session.query(
              "SELECT ppp.conversion_leave(?) IS NULL AS done", row -> row.bool("done"), id);
          workflow.become(WorkflowState.FINISHED);
        });
  }

  private String keys(Session session, long id) {
    HelperIndex.dropBroken(session, id);
    List<String> commands = session.query(MISSING_INDEXES, row -> row.string("command"), id, id);
    listener.begins("indexing", "keys", commands.size());
    for (String command : commands) {
      HelperIndex.run(session, List.of(command));
      listener.advances(1);
    }
    return commands.size() + " indexes";
  }

  /**
   * Proves that all rows are before the boundary; chooses another where that is too near by now.
   */
  private String prove(Session session, long id, ConversionRequest request) {
    listener.begins("reading", "tables", 1);
    for (int i = 1; ; i++) {
      if (!session
          .query("SELECT ppp.conversion_has_room(?) AS room", row -> row.bool("room"), id)
          .get(0)) {
        fence(session, id, request, false);
        session.inTransaction(
            () ->
                session.query("SELECT ppp.conversion_choose(?) AS n", row -> row.number("n"), id));
      }
      fence(session, id, request, true);
      try {
        HelperIndex.run(session, session.query(UNPROVEN, row -> row.string("command"), id));
        return "all rows are before " + boundary(session, id);
      } catch (SqlFailure e) {
        if (!e.sqlState().equals("23514") || i == BOUNDARIES) {
          throw e;
        }
        // A row came from beyond it before the CHECK was there.
        fence(session, id, request, false);
        session.update("DELETE FROM ppp.conversion_range WHERE workflow = ?", id);
      }
    }
  }

  private static String boundary(Session session, long id) {
    return session
        .query(
            """
            SELECT coalesce(min(r.upper), '') AS upper FROM ppp.conversion_range AS r
            JOIN ppp.conversion AS c ON c.workflow = r.workflow AND c.old = r.partition
            WHERE r.workflow = ?""",
            row -> row.string("upper"),
            id)
        .get(0);
  }

  private static void fence(Session session, long id, ConversionRequest request, boolean wanted) {
    new Moment(session, id, request.maxWait())
        .take(
            () ->
                session.query(
                    "SELECT ppp.conversion_fence(?, ?) IS NULL AS done",
                    row -> row.bool("done"),
                    id,
                    wanted));
  }

  /** It never waits for its end. */
  @Override
  public String kept(Session session, WorkflowId id) {
    return "";
  }

  @Override
  public void abort(OpenWorkflow workflow) {
    Session session = workflow.session();
    long id = workflow.id().number();
    ConversionFunctions.install(session);
    if (Exchange.isDone(session, id)) {
      throw new PppException(
          Diagnostic.error(
              Code.WORKFLOW_STATE,
              "the table of workflow \"" + workflow.id() + "\" is a partition already",
              "Nothing was copied, so nothing is kept to go back to. `ppp workflows resume "
                  + workflow.id()
                  + "` does what is left."));
    }
    workflow.become(WorkflowState.ABORTING);
    HelperIndex.drop(session, id);
    new Moment(session, id, ConversionRequest.of(workflow.definition()).maxWait())
        .take(
            () -> {
              session.query(
                  "SELECT ppp.conversion_fence(?, false) IS NULL AS done",
                  row -> row.bool("done"),
                  id);
              session.query(
                  "SELECT ppp.conversion_abort(?) IS NULL AS done", row -> row.bool("done"), id);
              KeyColumns.remove(session, id);
              return id;
            });
    Conversion.followed(workflow, surroundings, listener);
    workflow.become(WorkflowState.ABORTED);
  }

  /** It never waits for that. */
  @Override
  public void finish(OpenWorkflow workflow) {
    workflow.become(WorkflowState.FINISHED);
  }
}
