package org.partitionproxy.trace;

import java.util.Optional;
import org.partitionproxy.inspect.HiddenValues;
import org.partitionproxy.inspect.Values;

/** Traces for readers who may know what was asked, but not the values in it. */
public final class HiddenTrace {

  private HiddenTrace() {}

  /**
   * The same without literals, parameters' values, comments, and what errors say of values; or as
   * it is, where they are shown.
   */
  public static Trace of(Trace trace, Values values) {
    return values == Values.SHOWN ? trace : hidden(trace);
  }

  private static Trace hidden(Trace trace) {
    return new Trace(
        trace.veneer(),
        trace.session(),
        trace.transaction(),
        trace.user(),
        trace.tenant(),
        trace.application(),
        HiddenValues.inSql(trace.statement()),
        trace.parameters().map(HiddenValues::inParameters),
        trace.begin(),
        trace.duration(),
        trace.rows(),
        trace.queryId(),
        hidden(trace.problem()),
        trace.exact(),
        trace.forwarded().stream().map(HiddenTrace::of).toList());
  }

  private static Forwarded of(Forwarded one) {
    return new Forwarded(
        one.shard(),
        one.session(),
        one.user(),
        one.tenant(),
        one.purpose(),
        HiddenValues.inSql(one.statement()),
        one.parameters().map(HiddenValues::inParameters),
        one.begin(),
        one.duration(),
        one.fetches(),
        one.executions(),
        one.rows(),
        hidden(one.problem()));
  }

  private static Optional<Problem> hidden(Optional<Problem> problem) {
    return problem.map(
        p -> new Problem(p.sqlState(), HiddenValues.inMessage(p.sqlState(), p.message())));
  }
}
