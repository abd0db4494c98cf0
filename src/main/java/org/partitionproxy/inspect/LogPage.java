package org.partitionproxy.inspect;

import java.util.List;

/**
 * The newest entries of a log, as it was a moment ago.
 *
 * @param entries oldest first
 * @param limited whether there are more that were not read because of the limit
 */
record LogPage(List<LogEntry> entries, boolean limited, LogFollower follower) {

  LogPage {
    entries = List.copyOf(entries);
  }
}
