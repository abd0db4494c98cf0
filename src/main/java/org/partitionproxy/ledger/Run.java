package org.partitionproxy.ledger;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * One run of a command that changes servers.
 *
 * @param id in the ledger that it was read from
 * @param finishedAt empty while it runs, and for ever if it was killed
 * @param outcome {@code done}, or why it stopped
 * @param changes how many it made
 */
public record Run(
    long id,
    Origin origin,
    Instant startedAt,
    Optional<Instant> finishedAt,
    Optional<String> outcome,
    Optional<Long> changes) {

  /** Orders runs by time, and tells those of one time apart. */
  private static final Comparator<Run> IN_TIME =
      Comparator.comparing(Run::startedAt)
          .thenComparing(run -> run.origin().host())
          .thenComparing(run -> run.origin().pid());

  /**
   * One history of those that several veneers keep. A run that one of them lacks the end of, since
   * it went away meanwhile, has its end from another.
   *
   * @return the newest last, at most {@code limit}
   */
  public static List<Run> merge(List<List<Run>> histories, int limit) {
    TreeSet<Run> merged = new TreeSet<>(IN_TIME);
    histories.forEach(
        runs -> runs.stream().filter(run -> run.finishedAt().isPresent()).forEach(merged::add));
    histories.forEach(merged::addAll);
    return merged.stream().skip(Math.max(0, merged.size() - limit)).toList();
  }
}
