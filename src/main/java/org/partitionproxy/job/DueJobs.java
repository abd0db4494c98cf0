package org.partitionproxy.job;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.partitionproxy.state.KeptJob;
import org.partitionproxy.state.ScheduledJob;

/**
 * Which jobs are due, by one clock. Reads no clock and runs nothing, so that it can be tested. Not
 * for several threads.
 */
final class DueJobs {

  /** By less, clocks are corrected all the time. */
  private static final Duration CLOCK_SLACK = Duration.ofSeconds(2);

  private static final class Entry {
    private final ScheduledJob job;
    private final JobTimes times;
    private Instant due;

    Entry(ScheduledJob job, Instant now) {
      this.job = job;
      this.times = JobTimes.of(job.schedule());
      this.due = times.next(now);
    }
  }

  /**
   * A job whose time has come.
   *
   * @param missed how many of its times passed before this one without it
   */
  record Due(ScheduledJob job, int missed) {}

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private Instant last = Instant.MIN;

  /** Takes up what is new or another, and forgets what is gone or paused. */
  void update(Collection<KeptJob> jobs, Instant now) {
    Set<String> active = new HashSet<>();
    for (KeptJob kept : jobs) {
      if (!kept.paused()) {
        String title = kept.job().title();
        active.add(title);
        Entry known = entries.get(title);
        if (known == null || !known.job.equals(kept.job())) {
          entries.put(title, new Entry(kept.job(), now));
        }
      }
    }
    entries.keySet().retainAll(active);
  }

  /** The jobs whose time has come by now; each is then due at its next time from now on. */
  List<Due> take(Instant now) {
    if (last.isAfter(now.plus(CLOCK_SLACK))) {
      // The clock was put back: what was due then is not due for as long.
      entries.values().forEach(entry -> entry.due = entry.times.next(now));
    }
    last = now;
    List<Due> due = new ArrayList<>();
    for (Entry entry : entries.values()) {
      if (!entry.due.isAfter(now)) {
        due.add(new Due(entry.job, entry.times.countBetween(entry.due, now)));
        entry.due = entry.times.next(now);
      }
    }
    return due;
  }

  /** When the next is due, {@link Instant#MAX} if none is. */
  Instant next() {
    return entries.values().stream().map(e -> e.due).min(Instant::compareTo).orElse(Instant.MAX);
  }
}
