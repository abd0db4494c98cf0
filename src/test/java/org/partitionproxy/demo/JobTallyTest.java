package org.partitionproxy.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.partitionproxy.job.JobStatus;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.JobRun;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.ServerName;

class JobTallyTest {

  private static final Instant BEGIN = Instant.parse("2026-11-21T08:00:00Z");

  private final JobTally tally = new JobTally();

  private static JobRun run(String status, int second) {
    Instant at = BEGIN.plusSeconds(second);
    return new JobRun(
        status,
        Optional.of(at),
        status.equals("running") ? Optional.empty() : Optional.of(at.plusMillis(20)),
        status.equals(JobRun.FAILED) ? "ERROR: no" : "");
  }

  private OperationsSeen.Job look(JobRun... latestFirst) {
    return tally
        .add(
            List.of(
                new JobStatus(
                    new ServerName("shard1"),
                    new ScheduledJob(
                        "title",
                        "settle",
                        Optional.empty(),
                        "3 seconds",
                        "SELECT 1",
                        Identifier.of("t1_app"),
                        Optional.empty()),
                    JobStatus.Keeper.RUNNER,
                    Optional.empty(),
                    false,
                    List.of(latestFirst),
                    Optional.empty())))
        .get(0);
  }

  @Test
  void countsEachRunOnceAndOnlyWhenItHasEnded() {
    assertThat(look().runs()).isZero();
    assertThat(look(run("running", 3), run(JobRun.SUCCEEDED, 0)).runs()).isEqualTo(1);
    assertThat(look(run(JobRun.SUCCEEDED, 3), run(JobRun.SUCCEEDED, 0)).runs()).isEqualTo(2);
    assertThat(look(run(JobRun.SUCCEEDED, 3), run(JobRun.SUCCEEDED, 0)).runs()).isEqualTo(2);
  }

  @Test
  void tellsFailuresWithTheirErrorFromTurnsThatWereLeftOut() {
    look(run(JobRun.MISSED, 6), run(JobRun.FAILED, 3), run(JobRun.SUCCEEDED, 0));
    OperationsSeen.Job job = look(run(JobRun.SUCCEEDED, 9), run(JobRun.MISSED, 6));
    assertThat(job.runs()).isEqualTo(3);
    assertThat(job.failed()).isEqualTo(1);
    assertThat(job.missed()).isEqualTo(1);
    assertThat(job.error()).contains("ERROR: no");
  }
}
