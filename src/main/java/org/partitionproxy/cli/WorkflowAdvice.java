package org.partitionproxy.cli;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.ProgressLine;
import org.partitionproxy.workflow.WorkflowId;

/** What a user is told who interrupts a workflow. */
final class WorkflowAdvice implements Consumer<WorkflowId> {

  private final AtomicReference<@Nullable WorkflowId> begun = new AtomicReference<>();

  @Override
  public void accept(WorkflowId id) {
    begun.set(id);
  }

  /** Does work, and gives the advice when it is interrupted. */
  <T> T during(ProgressLine progress, Console console, Supplier<T> work) {
    return Interruption.advisedOn(
        advice -> {
          progress.finish();
          console.line(advice);
        },
        this::text,
        work);
  }

  private String text() {
    return Optional.ofNullable(begun.get())
        .map(
            id ->
                "interrupted; `ppp workflows resume %1$s` goes on, `ppp workflows abort %1$s` undoes it"
                    .formatted(id))
        .orElse("interrupted; nothing was begun");
  }
}
