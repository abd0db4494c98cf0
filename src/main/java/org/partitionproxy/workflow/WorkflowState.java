package org.partitionproxy.workflow;

import java.util.Locale;

/** How far a workflow is. */
public enum WorkflowState {
  /** A process is at it. */
  RUNNING,
  /** It is not done, and no process is at it. */
  STOPPED,
  /** Done but for its end, which somebody has to ask for. */
  WAITING,
  /** It is being undone, and there is only {@code abort} to go on with that. */
  ABORTING,
  FINISHED,
  ABORTED;

  static WorkflowState of(String journal, boolean held) {
    WorkflowState state = valueOf(journal.toUpperCase(Locale.ROOT));
    return state == RUNNING && !held ? STOPPED : state;
  }

  /** Whether nothing can be done with it any more. */
  public boolean isOver() {
    return this == FINISHED || this == ABORTED;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
