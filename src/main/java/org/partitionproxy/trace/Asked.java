package org.partitionproxy.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.partitionproxy.inspect.SqlWords;

/**
 * What belongs together in a shard's session whatever caused it: a leading step, and what was sent
 * for it before. Fetches and closings follow, and may be of a later statement.
 *
 * @param before set-up, START TRANSACTION, SAVEPOINT
 * @param followers of the same cursor or prepared statement, in their order
 * @param begins whether it is the first of its transaction at the shard
 */
record Asked(List<Step> before, Step leader, List<Step> followers, boolean begins, SqlWords words) {

  static Asked of(List<Step> before, Step leader) {
    return new Asked(
        List.copyOf(before),
        leader,
        new ArrayList<>(),
        before.stream().anyMatch(s -> s.sql().startsWith("START TRANSACTION")),
        leader.words());
  }

  Instant begin() {
    return before.isEmpty() ? leader.begin() : before.get(0).begin();
  }

  Instant end() {
    return leader.end();
  }

  /** Of all but what follows. */
  Duration duration() {
    return before.stream().map(Step::duration).reduce(leader.duration(), Duration::plus);
  }
}
