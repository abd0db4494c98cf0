package org.partitionproxy.inspect;

import java.time.Instant;

/**
 * A jsonlog file as it was a moment ago.
 *
 * @param sizeBytes then; the file that is written to grows
 * @param head its first bytes, a character each, which tell it from another file that gets the same
 *     name later
 * @param current whether the server writes to it
 */
record LogFile(String name, long sizeBytes, Instant modification, String head, boolean current) {

  /** Whether the later file can be this one, grown; log files only grow at their end. */
  boolean canHaveGrownInto(LogFile later) {
    return later.sizeBytes >= sizeBytes && later.head.startsWith(head);
  }

  LogFile withSize(long bytes) {
    return new LogFile(name, bytes, modification, head, current);
  }
}
