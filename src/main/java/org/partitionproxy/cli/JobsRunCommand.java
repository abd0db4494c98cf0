package org.partitionproxy.cli;

import java.time.Clock;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.partitionproxy.console.ScheduleView;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.job.JobListener;
import org.partitionproxy.job.JobRunner;
import org.partitionproxy.state.JobRun;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.ServerName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ppp jobs run}: the scheduler for shards without a pg_cron that could. */
@Command(
    name = "run",
    description = {
      "Runs the jobs that no pg_cron runs, on their schedule, until Ctrl-C. One process is enough",
      "for all shards; a second one waits, and takes over when the first has ended."
    },
    footer = {
      "",
      "A job that still runs when it is due again is left out then; that is noted, and so is what",
      "was due while nobody ran jobs. At Ctrl-C or SIGTERM, what runs is cancelled."
    })
final class JobsRunCommand implements Callable<Integer> {

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin Console console = new Console();

  @Option(
      names = {"-j", "--jobs"},
      paramLabel = "N",
      defaultValue = "4",
      description = "How many jobs of a shard at once. Default: ${DEFAULT-VALUE}")
  int hands = JobRunner.HANDS;

  @Override
  public Integer call() {
    Workspace workspace = Workspace.open(common, "jobs run");
    Thread main = Thread.currentThread();
    Thread end = new Thread(() -> end(main), "ppp-jobs-end");
    Runtime.getRuntime().addShutdownHook(end);
    try {
      new JobRunner(
              workspace.topology(),
              workspace.connector(),
              new Voice(),
              Math.max(1, hands),
              Clock.systemUTC())
          .run();
    } finally {
      forget(end);
    }
    return ExitCode.DONE.status();
  }

  /** At a signal the process waits for this. */
  private static void end(Thread main) {
    main.interrupt();
    try {
      main.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending, and waits for this thread.
    }
  }

  /** Tells of failures once until the job succeeds again. */
  private final class Voice implements JobListener {

    private final Set<String> failing = ConcurrentHashMap.newKeySet();

    @Override
    public void waiting(ServerName shard, String holder) {
      console.line(shard + ": its jobs are run by " + holder + "; waiting for its end");
    }

    @Override
    public void leading(ServerName shard, int jobs) {
      console.line(shard + ": running " + (jobs == 1 ? "1 job" : jobs + " jobs"));
    }

    @Override
    public void lost(ServerName shard, Diagnostic why) {
      console.line(shard + ": its jobs stand still: " + why.summary());
    }

    @Override
    public void ran(ServerName shard, ScheduledJob job, JobRun run) {
      String key = shard + " " + job.title();
      if (run.hasFailed() ? failing.add(key) : failing.remove(key) || run.wasMissed()) {
        console.line(ScheduleView.line(shard, job, run));
      }
    }
  }
}
