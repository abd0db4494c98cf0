package org.partitionproxy.web;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.partitionproxy.inspect.Values;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.trace.Forwarded;
import org.partitionproxy.trace.HiddenTrace;
import org.partitionproxy.trace.Problem;
import org.partitionproxy.trace.Purpose;
import org.partitionproxy.trace.Trace;

/**
 * A trace as the page gets it. Times and durations are microseconds, the former since 1970: exact
 * as numbers of JavaScript. Long texts are cut, and long lists, so that one statement of 10 MB or
 * one with a thousand forwarded does not stop a browser; the figures count everything.
 *
 * @param leftOut forwarded statements that are not in the list
 */
record ShownTrace(
    ServerName veneer,
    String session,
    Optional<String> user,
    Optional<TenantName> tenant,
    Optional<String> application,
    String statement,
    Optional<String> parameters,
    long begin,
    long duration,
    Optional<Long> rows,
    Optional<Long> rowsShipped,
    Optional<Double> waste,
    long timeOnShards,
    Optional<Problem> problem,
    boolean exact,
    List<ShownForwarded> forwarded,
    int leftOut) {

  private static final int LONGEST = 10_000;
  private static final int LONGEST_FORWARDED = 2_000;
  private static final int MOST_FORWARDED = 100;

  record ShownForwarded(
      ServerName shard,
      Optional<TenantName> tenant,
      Optional<String> user,
      Purpose purpose,
      boolean folded,
      String statement,
      Optional<String> parameters,
      long begin,
      long duration,
      int fetches,
      int executions,
      Optional<Long> rows,
      Optional<Problem> problem) {}

  /** Values are hidden before texts are cut: a literal that is cut in half has no end to find. */
  static ShownTrace of(Trace whole, Values values) {
    Trace trace = HiddenTrace.of(whole, values);
    return new ShownTrace(
        trace.veneer(),
        trace.session(),
        trace.user(),
        trace.tenant(),
        trace.application(),
        cut(trace.statement(), LONGEST),
        trace.parameters().map(text -> cut(text, LONGEST)),
        micros(trace.begin()),
        micros(trace.duration()),
        boxed(trace.rows()),
        boxed(trace.rowsShipped()),
        boxed(trace.waste()),
        micros(trace.timeOnShards()),
        trace.problem().map(ShownTrace::problem),
        trace.exact(),
        trace.forwarded().stream().limit(MOST_FORWARDED).map(ShownTrace::forwarded).toList(),
        Math.max(0, trace.forwarded().size() - MOST_FORWARDED));
  }

  private static ShownForwarded forwarded(Forwarded one) {
    return new ShownForwarded(
        one.shard(),
        one.tenant(),
        one.user(),
        one.purpose(),
        one.purpose().isFolded(),
        cut(one.statement(), LONGEST_FORWARDED),
        one.parameters().map(text -> cut(text, LONGEST_FORWARDED)),
        micros(one.begin()),
        micros(one.duration()),
        one.fetches(),
        one.executions(),
        boxed(one.rows()),
        one.problem().map(ShownTrace::problem));
  }

  private static Problem problem(Problem problem) {
    return new Problem(problem.sqlState(), cut(problem.message(), LONGEST_FORWARDED));
  }

  private static String cut(String text, int longest) {
    if (text.length() <= longest) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
    return text.substring(0, end) + " … (" + (text.length() - end) + " more characters)";
  }

  private static long micros(Instant time) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, time);
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1_000;
  }

  private static Optional<Long> boxed(OptionalLong number) {
    return number.isPresent() ? Optional.of(number.getAsLong()) : Optional.empty();
  }

  private static Optional<Double> boxed(OptionalDouble number) {
    return number.isPresent() ? Optional.of(number.getAsDouble()) : Optional.empty();
  }
}
