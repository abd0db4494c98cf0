package org.partitionproxy.web;

import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.trace.Trace;

/** Answers with the combined plan of a trace. A plan costs the servers something: few at a time. */
final class Plans {

  private static final int AT_A_TIME = 2;
  private static final int PATIENCE_SECONDS = 10;
  private static final Pattern QUERY = Pattern.compile("id=([0-9]{1,18})");

  private final TraceRing ring;
  private final Function<Trace, String> plan;
  private final Semaphore turns = new Semaphore(AT_A_TIME);

  Plans(TraceRing ring, Function<Trace, String> plan) {
    this.ring = ring;
    this.plan = plan;
  }

  /**
   * @param query {@code id=12}
   */
  Answer answer(@Nullable String query) {
    Matcher asked = QUERY.matcher(query == null ? "" : query);
    if (!asked.matches()) {
      return Answer.text(404, "no trace is named");
    }
    Optional<Trace> trace = ring.find(Long.parseLong(asked.group(1)));
    return trace.isEmpty()
        ? Answer.text(404, "This trace is no longer kept.")
        : inTurn(trace.get());
  }

  private Answer inTurn(Trace trace) {
    try {
      if (!turns.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return Answer.text(503, "Other plans are being made. Try again.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Answer.text(503, "The page is being closed.");
    }
    try {
      return Answer.text(200, plan.apply(trace));
    } catch (PppException e) {
      return Answer.text(
          422,
          e.diagnostics().stream().map(d -> d + "\n" + d.hint()).collect(Collectors.joining("\n")));
    } catch (RuntimeException e) {
      // Its message may have values in it.
      return Answer.text(500, "No plan could be made: " + e.getClass().getSimpleName());
    } finally {
      turns.release();
    }
  }
}
