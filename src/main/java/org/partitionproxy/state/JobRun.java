package org.partitionproxy.state;

import java.time.Instant;
import java.util.Optional;

/**
 * One run of a job.
 *
 * @param status pg_cron's word: starting, running, succeeded, failed; of ppp's own jobs also missed
 * @param started empty until it has
 * @param ended empty until it has
 * @param message what PostgreSQL answered, of several lines where it is an error
 */
public record JobRun(
    String status, Optional<Instant> started, Optional<Instant> ended, String message) {

  public static final String SUCCEEDED = "succeeded";
  public static final String FAILED = "failed";

  /** Of a run that should have been and was left out. */
  public static final String MISSED = "missed";

  public boolean hasFailed() {
    return status.equals(FAILED);
  }

  public boolean wasMissed() {
    return status.equals(MISSED);
  }
}
