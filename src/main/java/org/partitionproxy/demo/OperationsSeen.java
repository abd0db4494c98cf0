package org.partitionproxy.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import org.partitionproxy.job.JobStatus;
import org.partitionproxy.replica.ReplicaStatus;

/**
 * The operations, and all that is done to them, at one look.
 *
 * @param rows on the shard
 * @param perSecond how many came, of late
 * @param totals as the rollup has them
 * @param age of the rollup; empty until it was refreshed once
 * @param changed clients whose totals the last refresh changed
 */
public record OperationsSeen(
    Instant at,
    long rows,
    double perSecond,
    OperationTotals totals,
    Optional<Duration> age,
    SortedSet<Integer> changed,
    List<Job> jobs,
    ReplicaStatus replica,
    long rowsOnReplica) {

  /**
   * How a job fares since the first look.
   *
   * @param missed turns that were left out because it ran still
   * @param error of the last run that failed
   */
  public record Job(
      String name,
      JobStatus.Keeper keeper,
      long runs,
      long failed,
      long missed,
      Optional<String> error) {}

  public OperationsSeen {
    jobs = List.copyOf(jobs);
  }
}
