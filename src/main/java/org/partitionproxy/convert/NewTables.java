package org.partitionproxy.convert;

import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.workflow.OpenWorkflow;

/** The new tables beside the old ones, and how they are brought to what these are. */
final class NewTables implements AutoCloseable {

  /** More would make whole catalogs slow. */
  private static final int MOST_PARTITIONS = 20_000;

  static final int ROUNDS = 50;

  private final OpenWorkflow workflow;
  private final ConversionRequest request;
  private final ConversionListener listener;
  private final Session session;
  private final long id;
  private final ParallelWork parallel;

  /** Until it is closed, nothing of the workflow is sure to outlive a crash of the server. */
  NewTables(OpenWorkflow workflow, ConversionRequest request, ConversionListener listener) {
    this.workflow = workflow;
    this.request = request;
    this.listener = listener;
    this.session = workflow.session();
    this.id = workflow.id().number();
    this.parallel = new ParallelWork(workflow, request, listener);
    session.execute(ParallelWork.UNSYNCED);
  }

  /** Everything before the exchange. */
  void fill(KeyColumns columns) {
    columns.steps(workflow);
    workflow.step("prepare", () -> prepare(session, id, request));
    Conversion.step(workflow, "capture", this::capture);
    Conversion.step(workflow, "ranges", this::makeRanges);
    Conversion.step(
        workflow,
        "copy",
        () -> {
          listener.begins(
              "copying", "rows", RowEstimate.of(session, request.schema(), request.tables()));
          new RangeWork(id, parallel).copy(session);
          return count() + " rows";
        });
    Conversion.step(workflow, "index", this::index);
    Conversion.step(
        workflow,
        "catch up",
        () -> {
          columns.mend();
          return catchUp();
        });
    Conversion.step(
        workflow,
        "verify",
        () -> {
          verify();
          return "every range has the rows of the old table";
        });
  }

  /** Where rows lie may have changed since they were copied. */
  void verify() {
    if (!session
        .query("SELECT ppp.conversion_oriented(?) AS still", row -> row.bool("still"), id)
        .get(0)) {
      new BlockRanges(id, parallel, listener).find(session);
    }
    listener.begins("comparing", "rows", count());
    new RangeWork(id, parallel).verify(session);
    session.query("SELECT ppp.conversion_account(?) IS NULL AS done", row -> row.bool("done"), id);
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

  private String capture() {
    new Moment(session, id, request.maxWait())
        .take(
            () ->
                session.query(
                    "SELECT ppp.conversion_capture(?, false) IS NULL AS done",
                    row -> row.bool("done"),
                    id));
    return "every change is logged";
  }

  private String makeRanges() {
    new BlockRanges(id, parallel, listener).find(session);
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

  private long count() {
    return session
        .query(
            """
            SELECT coalesce(sum(r.rows), 0)::bigint AS rows FROM ppp.conversion_range AS r
            WHERE r.workflow = ?""",
            row -> row.number("rows"),
            id)
        .get(0);
  }

  private String index() {
    listener.begins("indexing", "tables", 1);
    return makeIndexes(session, id);
  }

  static String makeIndexes(Session session, long id) {
    session.query("SELECT ppp.conversion_index(?) IS NULL AS done", row -> row.bool("done"), id);
    return "keys, indexes and triggers as before";
  }

  private String catchUp() {
    ChangeLog log = new ChangeLog(session, id);
    listener.begins("catching up", "changes", log.pending());
    long changes = log.applyWithReferences();
    listener.advances(changes);
    return changes + log.applyUntilFew(ROUNDS) + " changes applied";
  }

  @Override
  public void close() {
    parallel.close();
    session.execute(Sql.of("RESET synchronous_commit"));
  }
}
