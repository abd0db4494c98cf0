package org.partitionproxy.console;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.trace.Forwarded;
import org.partitionproxy.trace.Problem;
import org.partitionproxy.trace.Purpose;
import org.partitionproxy.trace.Trace;

/**
 * Traces for programs: one JSON object a line, all with the same keys. What is not known is null;
 * times are UTC by the veneer's clock, durations are milliseconds.
 */
public final class TraceJsonView {

  private final boolean all;

  /**
   * @param all whether transaction control and connection set-up are told one by one
   */
  public TraceJsonView(boolean all) {
    this.all = all;
  }

  private record Line(
      Instant begin,
      ServerName veneer,
      String session,
      long transaction,
      Optional<String> user,
      Optional<TenantName> tenant,
      Optional<String> application,
      String statement,
      Optional<String> parameters,
      @Nullable BigDecimal durationMs,
      @Nullable Long rows,
      @Nullable Long rowsShipped,
      @Nullable Double waste,
      BigDecimal shardsMs,
      Optional<Long> queryId,
      Optional<Failure> error,
      boolean exact,
      List<Part> forwarded,
      int folded,
      List<String> meets) {}

  private record Failure(String sqlstate, String message) {

    static Failure of(Problem problem) {
      return new Failure(problem.sqlState(), problem.message());
    }
  }

  private record Part(
      Instant begin,
      ServerName shard,
      String session,
      Optional<String> user,
      Optional<TenantName> tenant,
      Purpose purpose,
      String statement,
      Optional<String> parameters,
      BigDecimal durationMs,
      @Nullable Long rows,
      int fetches,
      int executions,
      Optional<Failure> error) {}

  /** The traces' objects, with a line feed after each. */
  public String render(List<Trace> traces) {
    return traces.stream().map(trace -> render(trace, List.of())).collect(Collectors.joining());
  }

  /**
   * @param meets the conditions that it meets, if it was asked for that
   */
  public String render(Trace trace, List<String> meets) {
    List<Forwarded> shown = all ? trace.forwarded() : trace.asked();
    return Json.line(
        new Line(
            trace.begin(),
            trace.veneer(),
            trace.session(),
            trace.transaction(),
            trace.user(),
            trace.tenant(),
            trace.application(),
            trace.statement(),
            trace.parameters(),
            trace.duration().isZero() ? null : millis(trace.duration()),
            number(trace.rows()),
            number(trace.rowsShipped()),
            trace.waste().isPresent() ? trace.waste().getAsDouble() : null,
            millis(trace.timeOnShards()),
            trace.queryId(),
            trace.problem().map(Failure::of),
            trace.exact(),
            shown.stream().map(TraceJsonView::part).toList(),
            trace.forwarded().size() - shown.size(),
            meets));
  }

  private static Part part(Forwarded one) {
    return new Part(
        one.begin(),
        one.shard(),
        one.session(),
        one.user(),
        one.tenant(),
        one.purpose(),
        one.statement(),
        one.parameters(),
        millis(one.duration()),
        number(one.rows()),
        one.fetches(),
        one.executions(),
        one.problem().map(Failure::of));
  }

  private static @Nullable Long number(OptionalLong rows) {
    return rows.isPresent() ? rows.getAsLong() : null;
  }

  private static BigDecimal millis(Duration time) {
    return BigDecimal.valueOf(time.toNanos()).movePointLeft(6).setScale(3, RoundingMode.HALF_UP);
  }
}
