package org.partitionproxy.workflow;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A workflow as its journal tells.
 *
 * @param kind of the work: {@code convert}
 * @param subject what it is about: the names of tables
 * @param error why it stopped, if it stopped by itself
 * @param kept what waits with it for its end, and what that would cost; not read for lists
 */
public record Workflow(
    WorkflowId id,
    String kind,
    String tenant,
    String subject,
    WorkflowState state,
    Optional<String> error,
    Optional<String> kept,
    String operator,
    String host,
    Instant createdAt,
    Instant updatedAt,
    List<WorkflowStep> steps) {

  public Workflow {
    steps = List.copyOf(steps);
  }

  Workflow keeping(Optional<String> what) {
    return new Workflow(
        id, kind, tenant, subject, state, error, what, operator, host, createdAt, updatedAt, steps);
  }

  /** The last step that began. */
  public Optional<WorkflowStep> lastStep() {
    return steps.isEmpty() ? Optional.empty() : Optional.of(steps.get(steps.size() - 1));
  }
}
