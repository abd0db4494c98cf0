package org.partitionproxy.state;

import java.util.List;

/**
 * A job of pg_cron with its last runs.
 *
 * @param runs the latest first
 */
public record JobHistory(CronJob job, List<JobRun> runs) {

  public JobHistory {
    runs = List.copyOf(runs);
  }
}
