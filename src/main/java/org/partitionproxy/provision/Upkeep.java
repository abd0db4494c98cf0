package org.partitionproxy.provision;

import java.util.List;
import java.util.stream.Stream;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.job.JobFigures;
import org.partitionproxy.replica.ReplicaStatus;
import org.partitionproxy.rollup.Rollup;

/** How that fares which runs by itself, as far as servers answer. */
public record Upkeep(List<JobFigures> jobs, List<Rollup> rollups, List<ReplicaStatus> replicas) {

  public static final Upkeep NONE = new Upkeep(List.of(), List.of(), List.of());

  public Upkeep {
    jobs = List.copyOf(jobs);
    rollups = List.copyOf(rollups);
    replicas = List.copyOf(replicas);
  }

  /** What somebody should look at, with how. */
  List<Diagnostic> problems() {
    return Stream.of(
            replicas.stream().flatMap(one -> one.problems().stream()),
            jobs.stream().flatMap(one -> one.warnings().stream()),
            rollups.stream().filter(one -> one.failure().isPresent()).map(Upkeep::warning))
        .flatMap(some -> some)
        .toList();
  }

  private static Diagnostic warning(Rollup rollup) {
    return Diagnostic.warning(
        Code.ROLLUP_NOT_REFRESHED,
        "rollup \""
            + rollup.name().name()
            + "\" of tenant \""
            + rollup.tenant()
            + "\" is as old as before: its last refresh failed",
        "`ppp rollups` shows why.");
  }
}
