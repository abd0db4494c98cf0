package org.partitionproxy.demo;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.job.JobStatus;
import org.partitionproxy.state.JobRun;

/** Adds up how often jobs ran, from what is seen of their last runs now and then. */
final class JobTally {

  /** So many that none is missed between two looks. */
  static final int RUNS_LOOKED_AT = 20;

  private final SortedMap<String, OperationsSeen.Job> jobs = new TreeMap<>();
  private final SortedMap<String, Instant> counted = new TreeMap<>();

  List<OperationsSeen.Job> add(List<JobStatus> seen) {
    for (JobStatus one : seen) {
      String name = one.job().name();
      Instant since = counted.getOrDefault(name, Instant.MIN);
      List<JobRun> fresh =
          one.runs().stream()
              .filter(run -> run.ended().isPresent())
              .filter(run -> run.started().filter(at -> at.isAfter(since)).isPresent())
              .toList();
      fresh.stream()
          .flatMap(run -> run.started().stream())
          .max(Instant::compareTo)
          .ifPresent(at -> counted.put(name, at));
      OperationsSeen.Job before =
          jobs.getOrDefault(
              name, new OperationsSeen.Job(name, one.keeper(), 0, 0, 0, Optional.empty()));
      jobs.put(
          name,
          new OperationsSeen.Job(
              name,
              one.keeper(),
              before.runs() + fresh.stream().filter(run -> !run.wasMissed()).count(),
              before.failed() + fresh.stream().filter(JobRun::hasFailed).count(),
              before.missed() + fresh.stream().filter(JobRun::wasMissed).count(),
              fresh.stream()
                  .filter(JobRun::hasFailed)
                  .map(JobRun::message)
                  .findFirst()
                  .or(before::error)));
    }
    return List.copyOf(jobs.values());
  }
}
