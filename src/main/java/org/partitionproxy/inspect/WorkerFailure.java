package org.partitionproxy.inspect;

import java.time.Instant;
import java.util.Optional;

/**
 * What a worker of a subscription failed with, as its server logged it. The texts may have values
 * of rows in them.
 *
 * @param copying whether the worker was to make the first copy of a table
 */
public record WorkerFailure(
    Instant at, boolean copying, String message, Optional<String> detail, String context) {

  /**
   * @param started what the worker said when it began: of a copy, it names the table
   */
  WorkerFailure of(String started) {
    return new WorkerFailure(at, started.contains(", table \""), message, detail, context);
  }
}
