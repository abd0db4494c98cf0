package org.partitionproxy.workflow;

import org.partitionproxy.db.Session;

/** What can be done with the workflows of one kind. */
public interface WorkflowKind {

  /** As in the journal: {@code convert}. */
  String name();

  /** What a workflow that waits has kept, and what either end would cost, in a line or two. */
  String kept(Session session, WorkflowId id);

  /** Does all steps that are not done, and tells the workflow what it becomes. */
  void run(OpenWorkflow workflow);

  /**
   * Undoes everything, and can be done again after it was cut short anywhere.
   *
   * @throws org.partitionproxy.diagnostic.PppException if that can't be; nothing has changed then
   */
  void abort(OpenWorkflow workflow);

  /** Ends a workflow that waits for it, and drops what it kept until then. */
  void finish(OpenWorkflow workflow);
}
