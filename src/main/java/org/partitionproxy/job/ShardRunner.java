package org.partitionproxy.job;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.catalog.JobReader;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Pause;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.state.KeptJob;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/**
 * Runs the jobs of one shard for as long as this process leads there: one thread looks at the
 * clock, and few run what is due, each with a session. Where a session is lost, all begins anew.
 */
final class ShardRunner {

  /** The name of all sessions, by which a successor finds what is left of them. */
  static final String APPLICATION = "ppp jobs run";

  private static final Duration LOOK = Duration.ofSeconds(2);
  private static final Duration MOST_SLEPT = Duration.ofMillis(500);
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);
  private static final Duration SHORTENING = Duration.ofMinutes(10);

  private final ServerDefinition shard;
  private final Topology topology;
  private final Connector connector;
  private final JobListener listener;
  private final int hands;
  private final Clock clock;
  private final JobReader reader = new JobReader();

  ShardRunner(
      ServerDefinition shard,
      Topology topology,
      Connector connector,
      JobListener listener,
      int hands,
      Clock clock) {
    this.shard = shard;
    this.topology = topology;
    this.connector = connector;
    this.listener = listener;
    this.hands = hands;
    this.clock = clock;
  }

  /** Until its thread is interrupted. */
  void run() {
    boolean away = false;
    do {
      try (Session maintenance = connector.maintenance(shard)) {
        away = false;
        JobLeadership leadership = new JobLeadership(maintenance);
        if (await(leadership)) {
          leadership.endOthers(APPLICATION);
          try (JobHands work =
              new JobHands(shard, topology, connector, leadership, listener, hands, clock)) {
            lead(leadership, work);
          }
        }
      } catch (PppException e) {
        if (!away) {
          listener.lost(shard.name(), e.diagnostics().get(0));
        }
        away = true;
      }
    } while (Pause.of(BETWEEN_TRIES));
  }

  /** Returns false if this thread was interrupted before. */
  private boolean await(JobLeadership leadership) {
    boolean told = false;
    while (!leadership.take()) {
      Optional<String> holder = leadership.holder();
      if (!told && holder.isPresent()) {
        listener.waiting(shard.name(), holder.get());
        told = true;
      }
      if (!Pause.of(BETWEEN_TRIES)) {
        return false;
      }
    }
    return true;
  }

  private void lead(JobLeadership leadership, JobHands work) {
    DueJobs due = new DueJobs();
    List<KeptJob> jobs = work.withBook(reader::kept);
    listener.leading(shard.name(), jobs.size());
    work.tellMissed(jobs);
    long looked = System.nanoTime() - LOOK.toNanos();
    long shortened = looked - SHORTENING.toNanos();
    do {
      long now = System.nanoTime();
      if (now - looked >= LOOK.toNanos()) {
        leadership.requireHeld();
        due.update(work.withBook(reader::kept), clock.instant());
        looked = now;
      }
      if (now - shortened >= SHORTENING.toNanos()) {
        work.withBook(JobBook::shorten);
        shortened = now;
      }
      due.take(clock.instant()).forEach(work::begin);
    } while (Pause.of(pause(due.next())));
  }

  /** The clock may be moved meanwhile, so that it is looked at again soon. */
  private Duration pause(Instant due) {
    Instant now = clock.instant();
    if (due.isAfter(now.plus(MOST_SLEPT))) {
      return MOST_SLEPT;
    }
    return due.isAfter(now) ? Duration.between(now, due).plusMillis(1) : Duration.ZERO;
  }
}
