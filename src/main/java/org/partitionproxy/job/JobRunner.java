package org.partitionproxy.job;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.partitionproxy.db.Connector;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/**
 * Runs the jobs that {@code initialize} gave shards without a pg_cron that could. Each shard is for
 * itself: one that is away, or whose jobs another process runs, keeps no other from its jobs.
 */
public final class JobRunner {

  /** Sessions and threads of a shard for its jobs. */
  public static final int HANDS = 4;

  private final Topology topology;
  private final Connector connector;
  private final JobListener listener;
  private final int hands;
  private final Clock clock;

  /**
   * @param connector of sessions that are called {@code ppp jobs run}
   * @param hands how many jobs of a shard at once, at least 1
   * @param clock by which jobs are due
   */
  public JobRunner(
      Topology topology, Connector connector, JobListener listener, int hands, Clock clock) {
    this.topology = topology;
    this.connector = connector;
    this.listener = listener;
    this.hands = hands;
    this.clock = clock;
  }

  /** Until this thread is interrupted; then what runs is cancelled. */
  public void run() {
    List<Thread> threads = new ArrayList<>();
    for (ServerDefinition shard : topology.shards()) {
      ShardRunner runner = new ShardRunner(shard, topology, connector, listener, hands, clock);
      Thread thread = new Thread(runner::run, "ppp-jobs-" + shard.name());
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      threads.forEach(Thread::interrupt);
      threads.forEach(JobRunner::await);
      Thread.currentThread().interrupt();
    }
  }

  private static void await(Thread thread) {
    try {
      thread.join(Duration.ofSeconds(8).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
