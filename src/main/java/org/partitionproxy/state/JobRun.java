package org.partitionproxy.state;

import java.time.Instant;
import java.util.Optional;

/**
 * One run of a job of pg_cron.
 *
 * @param status pg_cron's word: starting, running, succeeded, failed
 * @param started empty until it has
 * @param ended empty until it has
 * @param message what PostgreSQL answered, of several lines where it is an error
 */
public record JobRun(
    String status, Optional<Instant> started, Optional<Instant> ended, String message) {

  public boolean hasFailed() {
    return status.equals("failed");
  }
}
