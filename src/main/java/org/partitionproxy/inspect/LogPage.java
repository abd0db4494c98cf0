package org.partitionproxy.inspect;

import java.util.List;

/**
 * The newest entries of a log, as it was a moment ago.
 *
 * @param entries oldest first
 * @param follower goes on after them
 */
record LogPage(List<LogEntry> entries, LogFollower follower) {

  LogPage {
    entries = List.copyOf(entries);
  }
}
