package org.partitionproxy.job;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.state.JobRun;
import org.partitionproxy.state.KeptJob;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/**
 * The few threads that run the jobs of a shard, each with a session, and the book in which they
 * write. A job that still runs, or waits for a thread, when it is due again is left out then.
 */
final class JobHands implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ServerDefinition shard;
  private final Topology topology;
  private final Connector connector;
  private final JobLeadership leadership;
  private final JobListener listener;
  private final Clock clock;
  private final Session book;
  private final ThreadPoolExecutor threads;
  private final ConcurrentLinkedDeque<JobSession> idle = new ConcurrentLinkedDeque<>();
  private final ConcurrentLinkedDeque<JobSession> all = new ConcurrentLinkedDeque<>();
  private volatile @Nullable SqlFailure lost;

  /** By title: how often a job was left out because its last run had not ended. */
  private final Map<String, Integer> running = new HashMap<>();

  JobHands(
      ServerDefinition shard,
      Topology topology,
      Connector connector,
      JobLeadership leadership,
      JobListener listener,
      int hands,
      Clock clock) {
    this.shard = shard;
    this.topology = topology;
    this.connector = connector;
    this.leadership = leadership;
    this.listener = listener;
    this.clock = clock;
    this.book = connector.superuser(shard);
    this.threads =
        (ThreadPoolExecutor)
            Executors.newFixedThreadPool(
                hands,
                task -> {
                  Thread thread = new Thread(task, "ppp-job");
                  thread.setDaemon(true);
                  return thread;
                });
  }

  /**
   * Lends the session that writes the book.
   *
   * @throws SqlFailure also what one of the threads could not write
   */
  <T> T withBook(Function<Session, T> work) {
    SqlFailure failure = lost;
    if (failure != null) {
      throw failure;
    }
    synchronized (book) {
      return work.apply(book);
    }
  }

  /** Of the time in which nobody ran these jobs. */
  void tellMissed(List<KeptJob> jobs) {
    Map<String, List<JobRun>> latest = withBook(session -> JobBook.latest(session, List.of(), 1));
    Instant now = clock.instant();
    for (KeptJob kept : jobs) {
      Optional<Instant> last =
          latest.getOrDefault(kept.job().title(), List.of()).stream()
              .findFirst()
              .flatMap(JobRun::started);
      if (last.isPresent() && !kept.paused()) {
        int missed = JobTimes.of(kept.job().schedule()).countBetween(last.get(), now);
        note(kept.job(), missed, "nobody ran jobs here");
      }
    }
  }

  void begin(DueJobs.Due due) {
    note(due.job(), due.missed(), "ppp was held up, or the clock was put forward");
    synchronized (running) {
      Integer left = running.get(due.job().title());
      running.put(due.job().title(), left == null ? 0 : left + 1);
      if (left != null) {
        return;
      }
    }
    threads.execute(() -> run(due.job()));
  }

  private void run(ScheduledJob job) {
    try {
      if (leadership.begin(job.title())) {
        JobRun run = inSession(job);
        leadership.done(job.title());
        write(job, run);
      } else {
        note(job, 1, "`ppp jobs run-now` ran it then");
      }
      note(job, forget(job), "the run before had not ended");
    } catch (SqlFailure e) {
      lost = e;
      forget(job);
    } catch (RuntimeException | Error e) {
      forget(job);
      throw e;
    }
  }

  private int forget(ScheduledJob job) {
    synchronized (running) {
      Integer left = running.remove(job.title());
      return left == null ? 0 : left;
    }
  }

  private JobRun inSession(ScheduledJob job) {
    JobSession known = idle.pollFirst();
    JobSession session = known == null ? new JobSession(shard, topology, connector, clock) : known;
    if (known == null) {
      all.add(session);
    }
    JobRun run = session.run(job);
    idle.addFirst(session);
    return run;
  }

  private void note(ScheduledJob job, int missed, String why) {
    if (missed > 0) {
      Optional<Instant> now = Optional.of(clock.instant());
      String many = missed < JobTimes.MOST_COUNTED ? missed + " runs" : missed + " runs or more";
      String times = missed == 1 ? "1 run was left out: " : many + " were left out: ";
      write(job, new JobRun(JobRun.MISSED, now, now, times + why));
    }
  }

  private void write(ScheduledJob job, JobRun run) {
    withBook(
        session -> {
          JobBook.write(session, job.title(), run);
          return true;
        });
    listener.ran(shard.name(), job, run);
  }

  /** Stops what is running; it is in the book as a failure. */
  @Override
  public void close() {
    threads.shutdown();
    threads.getQueue().clear();
    boolean interrupted = Thread.interrupted();
    try {
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (System.nanoTime() - end < 0) {
        new ArrayList<>(all).forEach(JobSession::cancel);
        if (threads.awaitTermination(200, TimeUnit.MILLISECONDS)) {
          break;
        }
      }
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      all.forEach(JobSession::close);
      book.close();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
