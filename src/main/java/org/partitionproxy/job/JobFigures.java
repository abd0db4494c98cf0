package org.partitionproxy.job;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.state.JobRun;
import org.partitionproxy.state.JobTally;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Topology;

/**
 * How a job fares on a shard, of all tenants that it runs for together.
 *
 * @param runs that ended in the time that is looked at
 * @param failures those of them that failed
 * @param failing for how many tenants the last run failed
 * @param late for how many the last two times passed without a run
 * @param lastEnd of the last run for any
 * @param lastTook how long that run took
 */
public record JobFigures(
    ServerName shard,
    String job,
    long runs,
    long failures,
    long failing,
    long late,
    Optional<Instant> lastEnd,
    Optional<Duration> lastTook) {

  /** Who takes over from another begins a few seconds later. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** In the order in which jobs come first. */
  public static List<JobFigures> of(
      Topology topology, ServerDefinition shard, List<JobTally> tallies, Instant now) {
    Map<String, String> names = new LinkedHashMap<>();
    new DeclaredJobs(topology).on(shard).forEach(job -> names.put(job.title(), job.name()));
    Map<String, List<JobTally>> byName = new LinkedHashMap<>();
    tallies.forEach(
        one ->
            byName
                .computeIfAbsent(
                    names.getOrDefault(one.title(), one.name()), n -> new ArrayList<>())
                .add(one));
    return byName.entrySet().stream()
        .map(entry -> of(shard.name(), entry.getKey(), entry.getValue(), now))
        .toList();
  }

  private static JobFigures of(ServerName shard, String job, List<JobTally> all, Instant now) {
    Optional<JobRun> last =
        all.stream()
            .flatMap(one -> one.last().stream())
            .filter(run -> run.ended().isPresent())
            .max(Comparator.comparing(run -> run.ended().orElseThrow()));
    return new JobFigures(
        shard,
        job,
        all.stream().mapToLong(JobTally::runs).sum(),
        all.stream().mapToLong(JobTally::failures).sum(),
        all.stream().filter(one -> one.last().filter(JobRun::hasFailed).isPresent()).count(),
        all.stream().filter(one -> isLate(one, now)).count(),
        last.flatMap(JobRun::ended),
        last.flatMap(
            run -> run.started().map(at -> Duration.between(at, run.ended().orElseThrow()))));
  }

  private static boolean isLate(JobTally one, Instant now) {
    JobTimes times = JobTimes.of(one.schedule());
    return !one.paused()
        && one.last()
            .flatMap(JobRun::ended)
            .map(ended -> times.next(times.next(ended)))
            .filter(second -> second.isBefore(now.minus(PATIENCE)))
            .isPresent();
  }

  /** What somebody should look at, with how. What rollups lack, they tell better themselves. */
  public List<Diagnostic> warnings() {
    List<Diagnostic> warnings = new ArrayList<>();
    String whole = "job \"" + job + "\" on shard \"" + shard + "\"";
    if (failing > 0 && !ScheduledJob.isOfRollup(job)) {
      warnings.add(
          Diagnostic.warning(
              Code.JOB_FAILED,
              whole + " failed the last time" + tenants(failing),
              "`ppp jobs history \"" + job + "\"` shows why."));
    }
    if (late > 0) {
      warnings.add(
          Diagnostic.warning(
              Code.JOB_LATE,
              whole + " has not run when it was due" + tenants(late),
              "`ppp jobs` shows who runs it; where nobody does, start `ppp jobs run`."));
    }
    return warnings;
  }

  private static String tenants(long count) {
    return count > 1 ? ", for " + count + " tenants" : "";
  }
}
