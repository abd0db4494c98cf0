package org.partitionproxy.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.partitionproxy.inspect.LogEntry;
import org.partitionproxy.inspect.SqlWords;

/**
 * A statement as a veneer's log tells of it.
 *
 * @param number within its session, from 0
 * @param transaction the same for all statements of one transaction of the session
 * @param closes whether the transaction ended with it
 * @param after the end of the one before it, before which nothing was asked for it
 * @param earliest its begin, where its duration is known; otherwise {@code after}
 * @param duration of its execution; zero where it is not known
 * @param busy the same with parsing and binding, in which shards are asked too
 */
record Told(
    long number,
    long transaction,
    boolean closes,
    Instant after,
    Instant earliest,
    Instant end,
    Duration duration,
    Duration busy,
    OptionalLong rows,
    Optional<Problem> problem,
    SqlWords words,
    LogEntry line) {

  boolean knowsDuration() {
    return !duration.isZero();
  }

  Instant begin() {
    return knowsDuration() ? end.minus(duration) : earliest;
  }
}
