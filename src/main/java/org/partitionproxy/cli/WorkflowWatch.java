package org.partitionproxy.cli;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.ProgressLine;
import org.partitionproxy.workflow.WorkflowId;
import org.partitionproxy.workflow.WorkflowListener;

/** Shows at which step a workflow is, and tells who interrupts it how to go on. */
final class WorkflowWatch implements WorkflowListener {

  private final ProgressLine progress;
  private final AtomicReference<@Nullable WorkflowId> begun = new AtomicReference<>();

  WorkflowWatch(ProgressLine progress) {
    this.progress = progress;
  }

  @Override
  public void begins(WorkflowId id) {
    begun.set(id);
  }

  @Override
  public void step(String name) {
    progress.begin(name);
  }

  /** Does work that may be interrupted. */
  <T> T during(Supplier<T> work) {
    return Interruption.advisedOn(
        line -> {
          progress.finish();
          progress.say(line);
        },
        this::advice,
        work);
  }

  private String advice() {
    return Optional.ofNullable(begun.get())
        .map(
            id ->
                "interrupted; `ppp workflows resume %1$s` goes on, `ppp workflows abort %1$s` undoes it"
                    .formatted(id))
        .orElse("interrupted; `ppp workflows` shows whether anything was begun");
  }
}
