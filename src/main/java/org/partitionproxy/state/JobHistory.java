package org.partitionproxy.state;

import java.util.List;

/**
 * A job of pg_cron with its last runs.
 *
 * @param active false where somebody has switched it off
 * @param runs the latest first
 */
public record JobHistory(ScheduledJob job, boolean active, List<JobRun> runs) {

  public JobHistory {
    runs = List.copyOf(runs);
  }
}
