package org.partitionproxy.convert;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.workflow.OpenWorkflow;
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
 *       the new table has at those places of those rows is deleted, and what the old table has of
 *       them in that snapshot is inserted. That needs no order, and does no harm twice. An entry
 *       and the write that it tells of become visible together; so after it the new tables are what
 *       the old ones were in that snapshot, and any later write is in the log, with the place where
 *       the new table has its row. That holds from one application to the next.
 *   <li>For the exchange the old tables are locked, so that nothing is written any more, the rest
 *       of the log is applied, and names change hands, all in one transaction.
 * </ol>
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

  /** Changes that are applied while everybody waits: some milliseconds. */
  private static final long FEW = 100;

  private static final int ROUNDS = 50;

  private final ConversionListener listener;

  public Conversion(ConversionListener listener) {
    this.listener = listener;
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
    RangeWork ranges = new RangeWork(workflow, request, listener);
    Exchange exchange = new Exchange(session, id, request, listener);
    install(session);
    workflow.step("prepare", () -> prepare(session, id, request));
    workflow.step("capture", () -> capture(session, id));
    workflow.step("ranges", () -> makeRanges(session, id, request));
    workflow.step(
        "copy",
        () -> {
          listener.begins(
              "copying", "rows", RowEstimate.of(session, request.schema(), request.tables()));
          ranges.copy();
          return count(session, id) + " rows";
        });
    workflow.step("index", () -> index(session, id));
    workflow.step("catch up", () -> catchUp(session, id));
    workflow.step(
        "verify",
        () -> {
          listener.begins("comparing", "rows", count(session, id));
          ranges.verify();
          return "every range has the rows of the old table";
        });
    workflow.step(EXCHANGE, exchange::swap);
    workflow.step("foreign keys", exchange::foreignKeys);
    workflow.step("analyze", () -> analyze(session, id));
    workflow.become(WorkflowState.WAITING);
  }

  static void install(Session session) {
    session.execute(
        List.of(Sql.of("SET client_min_messages = 'warning'"), Sql.resource(Preflight.FUNCTIONS)));
  }

  private static String prepare(Session session, long id, ConversionRequest request) {
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

  private static String capture(Session session, long id) {
    ShortLock.take(
        session,
        id,
        () -> {},
        () ->
            session.query(
                "SELECT ppp.conversion_capture(?) IS NULL AS done", row -> row.bool("done"), id));
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

  private static long count(Session session, long id) {
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
    session.query("SELECT ppp.conversion_index(?) IS NULL AS done", row -> row.bool("done"), id);
    return "keys, indexes and triggers as before";
  }

  private String catchUp(Session session, long id) {
    listener.begins("catching up", "changes", pending(session, id));
    AtomicLong changes = new AtomicLong();
    changes.addAndGet(
        inSnapshot(session, () -> call(session, "SELECT ppp.conversion_references(?) AS n", id)));
    listener.advances(changes.get());
    for (int i = 0; i < ROUNDS && pending(session, id) > FEW; i++) {
      changes.addAndGet(apply(session, id));
    }
    return changes + " changes applied";
  }

  static long apply(Session session, long id) {
    long applied =
        inSnapshot(session, () -> call(session, "SELECT ppp.conversion_apply(?, false) AS n", id));
    if (applied > FEW) {
      // What was applied would be read over by each look for what was not.
      session
          .query(
              """
              SELECT format('VACUUM (TRUNCATE false) %I.%I',
                'ppp_convert_' || c.workflow, 'log_' || c.number) AS command
              FROM ppp.conversion AS c WHERE c.workflow = ? ORDER BY c.number""",
              row -> row.string("command"), id)
          .forEach(command -> session.execute(Sql.deparsed(command)));
    }
    return applied;
  }

  static long pending(Session session, long id) {
    return call(session, "SELECT ppp.conversion_pending(?) AS n", id);
  }

  static boolean hasFew(Session session, long id) {
    return pending(session, id) <= FEW;
  }

  /** Calls a function that takes the workflow and returns a number {@code n}. */
  static long call(
      Session session,
      @com.google.errorprone.annotations.CompileTimeConstant final String sql,
      long id) {
    return session.query(sql, row -> row.number("n"), id).get(0);
  }

  private static long inSnapshot(Session session, java.util.function.Supplier<Long> work) {
    return session.inTransaction(
        () -> {
          session.execute(Sql.of("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
          return work.get();
        });
  }

  private static String analyze(Session session, long id) {
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

  @Override
  public void abort(OpenWorkflow workflow) {
    Session session = workflow.session();
    long id = workflow.id().number();
    install(session);
    if (Exchange.isDone(session, id)) {
      throw new PppException(
          Diagnostic.error(
              Code.WORKFLOW_STATE,
              "the tables of workflow \"" + workflow.id() + "\" are exchanged already",
              "What was written since is in the new ones only. The old ones are kept in schema"
                  + " \"ppp_before_"
                  + id
                  + "\" until `ppp workflows finish "
                  + workflow.id()
                  + "`."));
    }
    HelperIndex.drop(session, id);
    ShortLock.take(
        session,
        id,
        () -> {},
        () ->
            session.query(
                "SELECT ppp.conversion_abort(?) IS NULL AS done", row -> row.bool("done"), id));
    workflow.become(WorkflowState.ABORTED);
  }

  @Override
  public void finish(OpenWorkflow workflow) {
    Session session = workflow.session();
    install(session);
    session.inTransaction(
        () -> {
          session.query(
              "SELECT ppp.conversion_finish(?) IS NULL AS done",
              row -> row.bool("done"),
              workflow.id().number());
          workflow.become(WorkflowState.FINISHED);
        });
  }
}
