package org.partitionproxy.job;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.state.JobRun;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.ServerName;

/**
 * A job on a shard, and how it fares.
 *
 * @param cronId its number in pg_cron, if it is there
 * @param runs the latest first
 * @param next when it is due, where somebody would run it then
 */
public record JobStatus(
    ServerName shard,
    ScheduledJob job,
    Keeper keeper,
    Optional<Long> cronId,
    boolean paused,
    List<JobRun> runs,
    Optional<Instant> next) {

  /** Who sees to it that a job runs. */
  public enum Keeper {
    PG_CRON("pg_cron"),
    /** A process that is there now. */
    RUNNER("ppp jobs run"),
    /** Nobody before {@code ppp jobs run} is started. */
    NO_RUNNER("nobody: start `ppp jobs run`"),
    /** It is in shards.yaml only. */
    NOT_MADE("nobody: run `ppp initialize`");

    private final String text;

    Keeper(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  public JobStatus {
    runs = List.copyOf(runs);
  }
}
