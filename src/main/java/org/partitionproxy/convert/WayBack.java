package org.partitionproxy.convert;

import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.workflow.OpenWorkflow;
import org.partitionproxy.workflow.WorkflowState;

/**
 * A conversion undone. Before the exchange that is only to drop things; after it, everything once
 * more, backwards.
 */
final class WayBack {

  private static final String UNDEFINED_TABLE = "42P01";

  private final OpenWorkflow workflow;
  private final ConversionListener listener;
  private final ConversionRequest request;
  private final Session session;
  private final long id;

  WayBack(OpenWorkflow workflow, ConversionListener listener) {
    this.workflow = workflow;
    this.listener = listener;
    this.request = ConversionRequest.of(workflow.definition());
    this.session = workflow.session();
    this.id = workflow.id().number();
  }

  void go() {
    Exchange exchange = new Exchange(session, id, request, listener);
    if (Exchange.isDone(session, id)) {
      prepare();
      exchange.back(() -> workflow.become(WorkflowState.ABORTING));
    } else {
      tellOfMissing();
      workflow.become(WorkflowState.ABORTING);
    }
    exchange.foreignKeys();
    HelperIndex.drop(session, id);
    new Moment(session, id, request.maxWait())
        .take(
            () -> {
              session.query(
                  "SELECT ppp.conversion_abort(?) IS NULL AS done", row -> row.bool("done"), id);
              KeyColumns.remove(session, id);
              return id;
            });
  }

  /** All that can be done, and refused, while everybody goes on. */
  private void prepare() {
    session.query("SELECT ppp.conversion_turn(?) IS NULL AS done", row -> row.bool("done"), id);
    ChangeLog log = new ChangeLog(session, id);
    listener.begins("catching up", "changes", log.pending());
    log.applyUntilFew(Conversion.ROUNDS);
    listener.begins("comparing", "rows", Conversion.count(session, id));
    new RangeWork(workflow, request, listener).verify();
  }

  /** What is gone can't be brought back; the rest is as it was. */
  private void tellOfMissing() {
    try {
      Conversion.requireTables(workflow);
    } catch (SqlFailure e) {
      if (!e.sqlState().equals(UNDEFINED_TABLE)) {
        throw e;
      }
      listener.says("note: " + e.diagnostics().get(0).summary());
    }
  }
}
