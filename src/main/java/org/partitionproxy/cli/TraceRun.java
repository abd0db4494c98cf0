package org.partitionproxy.cli;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.trace.TraceWatch;

/** A watch from its start to its exit status. */
final class TraceRun {

  private final TraceWatch watch;
  private final TraceScreen screen;
  private final boolean judging;

  /**
   * @param judging whether statements that meet a condition are findings
   */
  TraceRun(TraceWatch watch, TraceScreen screen, boolean judging) {
    this.watch = watch;
    this.screen = screen;
    this.judging = judging;
  }

  /**
   * @param past whether what was before now is asked for
   * @throws PppException if the work failed and no statement met a condition
   */
  int go(boolean follow, boolean past, Optional<TracedWork> work) {
    if (follow) {
      follow(past);
      return ExitCode.DONE.status();
    }
    Outcome outcome = work.map(this::watchWhile).orElse(Outcome.NOTHING);
    watch.finish();
    screen.release();
    screen.end();
    if (judging) {
      screen.verdict();
    }
    if (judging && screen.offenders() > 0) {
      outcome.failure().ifPresent(failure -> screen.warn(failure.diagnostics()));
      outcome.warning().ifPresent(warning -> screen.warn(List.of(warning)));
      return ExitCode.FINDINGS.status();
    }
    if (outcome.failure().isPresent()) {
      throw outcome.failure().get();
    }
    outcome.warning().ifPresent(warning -> screen.warn(List.of(warning)));
    return outcome.status();
  }

  /** Ctrl-C ends it as it ends any program, after the word about what was left out. */
  private void follow(boolean past) {
    Thread ending = new Thread(screen::end, "ppp-interrupted");
    Runtime.getRuntime().addShutdownHook(ending);
    try {
      Instant begin = watch.now();
      if (!past || watch.follow(() -> !watch.hasReached(begin))) {
        screen.release();
        watch.follow(() -> true);
      }
      screen.end();
    } finally {
      Runtime.getRuntime().removeShutdownHook(ending);
    }
  }

  /** How the watched work ended. */
  private record Outcome(int status, Optional<PppException> failure) {

    static final Outcome NOTHING = new Outcome(0, Optional.empty());

    Optional<Diagnostic> warning() {
      return status == 0
          ? Optional.empty()
          : Optional.of(
              Diagnostic.warning(
                  Code.TRACED_COMMAND_FAILED,
                  "the command ended with status " + status,
                  "What it said stands above."));
    }
  }

  private Outcome watchWhile(TracedWork work) {
    CompletableFuture<Integer> status = new CompletableFuture<>();
    Thread worker =
        new Thread(
            () -> {
              try {
                status.complete(work.run());
              } catch (RuntimeException e) {
                status.completeExceptionally(e);
              }
            },
            "ppp-traced");
    worker.setDaemon(true);
    worker.start();
    boolean wanted = watch.follow(() -> !status.isDone());
    if (!wanted) {
      worker.interrupt();
    }
    try {
      return new Outcome(status.join(), Optional.empty());
    } catch (CompletionException e) {
      if (e.getCause() instanceof PppException failure) {
        return new Outcome(0, Optional.of(failure));
      }
      throw e;
    }
  }
}
