package org.partitionproxy.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.inspect.LogEntry;
import org.partitionproxy.inspect.SqlWords;

/** One session of a veneer: its log lines become statements. */
final class Telling {

  private static final Set<String> OPENING = Set.of("BEGIN", "START TRANSACTION");

  private final Deque<Told> pending = new ArrayDeque<>();
  private long count;
  private long transaction;
  private String virtual = "";
  private boolean inBlock;
  private Instant before = Instant.MIN;
  private @Nullable Instant prepared;
  private Duration preparing = Duration.ZERO;
  private OptionalLong rows = OptionalLong.empty();
  private Optional<String> user = Optional.empty();
  private Instant last = Instant.MIN;

  /** In the order of the session's lines. */
  void add(LogEntry line) {
    last = line.timestamp();
    user = line.user().or(() -> user);
    switch (line.kind()) {
      case PREPARATION -> {
        preparing = preparing.plus(Asking.duration(line));
        if (prepared == null) {
          prepared = line.timestamp().minus(Asking.duration(line));
        }
      }
      case PLAN -> add(PlanRows.of(line.plan().orElse("")));
      case STATEMENT -> tell(line, Optional.empty());
      case PROBLEM -> {
        if (line.isError()) {
          tell(line, Optional.of(new Problem(line.sqlState().orElse(""), line.message())));
        }
      }
      default -> {}
    }
  }

  private void add(OptionalLong more) {
    if (more.isPresent()) {
      rows = OptionalLong.of(rows.orElse(0) + more.getAsLong());
    }
  }

  private void tell(LogEntry line, Optional<Problem> problem) {
    boolean closes = number(line, problem.isPresent());
    Duration duration = Asking.duration(line);
    Instant end = line.timestamp();
    Instant earliest = duration.isZero() ? before : end.minus(duration);
    if (prepared != null && prepared.isBefore(earliest)) {
      earliest = prepared;
    }
    pending.add(
        new Told(
            count,
            transaction,
            closes,
            before,
            earliest,
            end,
            duration,
            duration.plus(preparing),
            rows,
            problem,
            SqlWords.of(line.statement().orElse("") + " " + line.parameters().orElse("")),
            line));
    count++;
    before = end;
    prepared = null;
    preparing = Duration.ZERO;
    rows = OptionalLong.empty();
  }

  /**
   * Counts transactions; returns whether the statement ended one. Within a block all lines bear its
   * virtual number until it ends; a single statement's line is written after its transaction, or,
   * in the extended protocol, before.
   */
  private boolean number(LogEntry line, boolean failed) {
    boolean over = line.transaction().endsWith("/0");
    boolean same = inBlock || (!over && line.transaction().equals(virtual));
    if (!same) {
      transaction++;
    }
    virtual = line.transaction();
    if (OPENING.contains(line.tag()) && !over) {
      inBlock = true;
    } else if (inBlock && over) {
      inBlock = false;
      return true;
    }
    return !inBlock && (over || failed);
  }

  /** In their order. */
  List<Told> pending() {
    return new ArrayList<>(pending);
  }

  /** The first one, which is told now. */
  void drop() {
    pending.removeFirst();
  }

  Optional<String> user() {
    return user;
  }

  boolean isIdle() {
    return pending.isEmpty() && !inBlock;
  }

  Instant last() {
    return last;
  }
}
