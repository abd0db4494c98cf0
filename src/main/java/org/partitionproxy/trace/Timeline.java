package org.partitionproxy.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.topology.ServerName;

/**
 * How far the logs of several servers have been read, by the veneer's clock, and how far those that
 * are ahead may go on: none gets far from what has been put together, so memory stays bounded
 * however long the logs are.
 */
final class Timeline {

  /** How long after its time a line may reach the log file. */
  static final Duration SETTLE = Duration.ofMillis(300);

  /** How much of a log may be read beyond what has been put together. */
  private static final Duration AHEAD = Duration.ofSeconds(5);

  private final ServerName veneer;

  /** Of servers that answer, and of the veneer always; not there before something is known. */
  private final SortedMap<ServerName, Mark> marks = new TreeMap<>();

  private @Nullable Instant drained;
  private boolean closed;

  /** Whether somebody can't read on before more has been put together. */
  private boolean demanded;

  /** How far one log has been read. */
  private static final class Mark {
    private @Nullable Instant at;
    private boolean away;
  }

  Timeline(ServerName veneer) {
    this.veneer = veneer;
  }

  /** From now on the others wait for this server. */
  synchronized void join(ServerName server) {
    marks.computeIfAbsent(server, name -> new Mark()).away = false;
  }

  /** The others do not wait for it any more; only for the veneer they do. */
  synchronized void leave(ServerName server) {
    marks.computeIfAbsent(server, name -> new Mark()).away = true;
  }

  /**
   * Everything before then has been read, and a line of then comes next: returns when there is room
   * for it.
   *
   * @param time not after now, or it would wait for it
   */
  synchronized void reach(ServerName server, Instant time) throws InterruptedException {
    advance(server, time);
    if (!closed && isFull(time)) {
      // Once: those who wait must not wake each other for ever.
      demanded = true;
      notifyAll();
    }
    while (!closed && isFull(time)) {
      wait();
    }
  }

  private boolean isFull(Instant time) {
    return drained == null || time.isAfter(drained.plus(AHEAD));
  }

  /** Everything before then has been read. */
  synchronized void advance(ServerName server, Instant time) {
    Mark mark = marks.computeIfAbsent(server, name -> new Mark());
    if (mark.at == null || time.isAfter(mark.at)) {
      mark.at = time;
    }
  }

  /** Waits until somebody needs more to be put together, or that time is over. */
  synchronized void awaitDemand(Duration time) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    long left = time.toNanos();
    while (!demanded && left > 0) {
      wait(Math.max(1, Duration.ofNanos(left).toMillis()));
      left = end - System.nanoTime();
    }
    demanded = false;
  }

  synchronized boolean isAway(ServerName server) {
    Mark mark = marks.get(server);
    return mark != null && mark.away;
  }

  /** Before this moment nothing more comes of any server that answers; empty if that is unknown. */
  synchronized Optional<Instant> settled() {
    Instant least = Instant.MAX;
    for (Map.Entry<ServerName, Mark> entry : marks.entrySet()) {
      Mark mark = entry.getValue();
      if (mark.away && !entry.getKey().equals(veneer)) {
        continue;
      }
      if (mark.at == null) {
        return Optional.empty();
      }
      least = mark.at.isBefore(least) ? mark.at : least;
    }
    return least.equals(Instant.MAX) ? Optional.empty() : Optional.of(least.minus(SETTLE));
  }

  /** All before then has been put together. */
  synchronized void drained(Instant until) {
    drained = until;
    notifyAll();
  }

  /** Nobody waits any more. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }
}
