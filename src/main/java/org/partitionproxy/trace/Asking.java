package org.partitionproxy.trace;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.inspect.LogEntry;

/** One session of postgres_fdw at a shard: its log lines become what was {@link Asked}. */
final class Asking {

  private static final BigDecimal NANOS_PER_MILLI = BigDecimal.valueOf(1_000_000);

  private final Deque<Asked> pending = new ArrayDeque<>();

  /** What closes a transaction, and followers of what is no longer pending. */
  private final List<Step> loose = new ArrayList<>();

  private final List<Step> before = new ArrayList<>();
  private final Map<String, Asked> cursors = new TreeMap<>();

  /** Those of {@link #pending}: equal ones are not the same. */
  private final Set<Asked> open = Collections.newSetFromMap(new IdentityHashMap<>());

  private Duration prepared = Duration.ZERO;
  private @Nullable LogEntry plan;
  private Instant last = Instant.MIN;

  /** In the order of the session's lines. */
  void add(LogEntry line, Duration ahead) {
    Instant end = line.timestamp().minus(ahead);
    last = end;
    switch (line.kind()) {
      case PREPARATION -> prepared = prepared.plus(duration(line));
      case PLAN -> plan = line;
      case STATEMENT, PROBLEM -> step(line, end);
      default -> {}
    }
  }

  private void step(LogEntry line, Instant end) {
    if (line.kind() == LogEntry.Kind.PROBLEM && !line.isError()) {
      return;
    }
    Step step = Step.of(line, end, prepared.plus(duration(line)), rows());
    prepared = Duration.ZERO;
    switch (step.kind()) {
      case SETUP, OPENING -> before.add(step);
      case CLOSING -> {
        loose.add(step);
        cursors.clear();
      }
      case FETCH, CLOSE -> follow(step);
      case DEALLOCATE -> {
        Asked latest = pending.peekLast();
        if (latest == null) {
          loose.add(step);
        } else {
          latest.followers().add(step);
        }
      }
      default -> lead(step);
    }
  }

  private void lead(Step step) {
    Asked asked = Asked.of(before, step);
    before.clear();
    pending.add(asked);
    open.add(asked);
    if (step.kind() == Step.Kind.DECLARE) {
      cursors.put(step.cursor(), asked);
    }
  }

  private void follow(Step step) {
    Asked asked = cursors.get(step.cursor());
    if (asked == null) {
      loose.add(step);
      return;
    }
    if (open.contains(asked)) {
      asked.followers().add(step);
    } else {
      loose.add(step.of(asked.leader()));
    }
    if (step.kind() == Step.Kind.CLOSE) {
      cursors.remove(step.cursor());
    }
  }

  private OptionalLong rows() {
    LogEntry shown = plan;
    plan = null;
    return shown == null ? OptionalLong.empty() : PlanRows.of(shown.plan().orElse(""));
  }

  static Duration duration(LogEntry line) {
    Optional<BigDecimal> millis = line.durationMillis();
    return millis
        .map(m -> Duration.ofNanos(m.multiply(NANOS_PER_MILLI).longValue()))
        .orElse(Duration.ZERO);
  }

  /** In their order, without those that were taken. */
  List<Asked> pending() {
    return new ArrayList<>(pending);
  }

  /** The first ones go to their traces; what followed them only later stays. */
  void drop(int count, Instant until) {
    for (int i = 0; i < count; i++) {
      Asked asked = pending.removeFirst();
      open.remove(asked);
      asked.followers().stream()
          .filter(step -> step.end().isAfter(until))
          .forEach(step -> loose.add(step.of(asked.leader())));
      asked.followers().removeIf(step -> step.end().isAfter(until));
    }
  }

  /** What is no longer, or never was, with what leads it; whoever places one removes it. */
  List<Step> loose() {
    return loose;
  }

  /** Nothing of it is wanted. */
  void clear() {
    pending.clear();
    open.clear();
    loose.clear();
    before.clear();
    cursors.clear();
    plan = null;
  }

  Instant last() {
    return last;
  }
}
