package org.partitionproxy.top;

import java.time.Duration;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.trace.Forwarded;
import org.partitionproxy.trace.Trace;

/**
 * What statements cost together.
 *
 * @param calls statements on the veneer
 * @param failures of them
 * @param guessed of them, those to which shards' statements are tied by time
 * @param time at the veneer; of a shard, on that shard
 * @param longest of one call
 * @param atVeneer their durations there
 * @param onShards time on shards, added up
 * @param rowsShipped of those whose shards' logs tell; empty where none does
 * @param rowsReturned of those whose rows the veneer's log tells; empty where none is told
 * @param compared those whose rows are known at both ends
 */
public record Figures(
    long calls,
    long failures,
    long guessed,
    Duration time,
    Duration longest,
    Duration atVeneer,
    Duration onShards,
    OptionalLong rowsShipped,
    OptionalLong rowsReturned,
    Compared compared) {

  static final Figures NONE =
      new Figures(
          0,
          0,
          0,
          Duration.ZERO,
          Duration.ZERO,
          Duration.ZERO,
          Duration.ZERO,
          OptionalLong.empty(),
          OptionalLong.empty(),
          new Compared(0, 0, 0));

  /**
   * Only what is known at both ends can be set against each other.
   *
   * @param calls of which that is so
   */
  record Compared(long calls, long shipped, long returned) {

    static Compared of(Trace trace) {
      return trace.waste().isEmpty()
          ? new Compared(0, 0, 0)
          : new Compared(1, trace.rowsShipped().orElse(0), trace.rows().orElse(0));
    }

    Compared plus(Compared more) {
      return new Compared(calls + more.calls, shipped + more.shipped, returned + more.returned);
    }
  }

  static Figures of(Trace trace) {
    return new Figures(
        1,
        trace.problem().isPresent() ? 1 : 0,
        trace.exact() ? 0 : 1,
        trace.duration(),
        trace.duration(),
        trace.duration(),
        trace.timeOnShards(),
        trace.rowsShipped(),
        trace.rows(),
        Compared.of(trace));
  }

  /**
   * One shard's part of a trace. What was returned is only known to be of this shard's rows where
   * no other was asked.
   */
  static Figures of(Trace trace, ServerName shard) {
    Trace part = only(trace, shard);
    boolean failed = part.forwarded().stream().anyMatch(one -> one.problem().isPresent());
    Duration time = part.timeOnShards();
    return new Figures(
        1,
        failed ? 1 : 0,
        trace.exact() ? 0 : 1,
        time,
        time,
        trace.duration(),
        time,
        part.rowsShipped(),
        part.rows(),
        Compared.of(part));
  }

  private static Trace only(Trace trace, ServerName shard) {
    boolean alone = trace.shards().size() == 1;
    return new Trace(
        trace.veneer(),
        trace.session(),
        trace.transaction(),
        trace.user(),
        trace.tenant(),
        trace.application(),
        trace.statement(),
        trace.parameters(),
        trace.begin(),
        trace.duration(),
        alone ? trace.rows() : OptionalLong.empty(),
        trace.queryId(),
        trace.problem(),
        trace.exact(),
        trace.forwarded().stream().filter((Forwarded one) -> one.shard().equals(shard)).toList());
  }

  Figures plus(Figures more) {
    return new Figures(
        calls + more.calls,
        failures + more.failures,
        guessed + more.guessed,
        time.plus(more.time),
        longest.compareTo(more.longest) >= 0 ? longest : more.longest,
        atVeneer.plus(more.atVeneer),
        onShards.plus(more.onShards),
        sum(rowsShipped, more.rowsShipped),
        sum(rowsReturned, more.rowsReturned),
        compared.plus(more.compared));
  }

  private static OptionalLong sum(OptionalLong one, OptionalLong other) {
    return one.isEmpty() && other.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(one.orElse(0) + other.orElse(0));
  }

  /** Of those that did not fail, for the logs tell no duration of those that did. */
  public Duration mean() {
    return calls <= failures ? Duration.ZERO : time.dividedBy(calls - failures);
  }

  /** Rows shipped for each row returned; where none was returned, all that were shipped. */
  public OptionalDouble waste() {
    return compared.calls() == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) compared.shipped() / Math.max(1, compared.returned()));
  }

  /** Time on shards of the time at the veneer; over 1 where shards worked side by side. */
  public OptionalDouble shareOfShards() {
    return atVeneer.isZero()
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) onShards.toNanos() / atVeneer.toNanos());
  }
}
