package org.partitionproxy.cli;

import static org.partitionproxy.cli.Usage.usage;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.PartitionsView;
import org.partitionproxy.console.ProgressLine;
import org.partitionproxy.db.Pause;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.partition.Deed;
import org.partitionproxy.partition.Maintainer;
import org.partitionproxy.partition.Maintenance;
import org.partitionproxy.partition.MaintenanceLog;
import org.partitionproxy.trace.TimeSpan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ppp partitions maintain}: makes partitions ahead, and retires old ones. */
@Command(
    name = "maintain",
    description = {
      "Makes the partitions that policies want and retires those that are older than they keep,",
      "for all tenants. Can be run at any time, also twice at once."
    },
    footer = {
      "",
      "What fails for one table, or one shard, stops no other; the next run takes it up.",
      "Exit status: 0 done or nothing to do, 4 a shard cannot be reached, 7 something was not done."
    })
final class PartitionsMaintainCommand implements Callable<Integer> {

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin SelectionOptions selection = new SelectionOptions();
  @Mixin JobsOption jobs = new JobsOption();
  @Mixin Console console = new Console();

  @Option(
      names = "--watch",
      paramLabel = "TIME",
      description = "Again and again, until Ctrl-C: 60s, 5min.")
  @Nullable String watch;

  @Option(names = "--dry-run", description = "Show what would be done, and change nothing.")
  boolean dryRun;

  @Option(
      names = "--drain-default",
      description = {
        "Move rows that are in a default partition, and belong",
        "to a range that is to be made, to where they belong.",
        "Who writes to the table waits meanwhile."
      })
  boolean drainDefault;

  @Override
  public Integer call() {
    Optional<Duration> interval = interval();
    if (dryRun && (drainDefault || interval.isPresent())) {
      throw usage(
          "--dry-run changes nothing", "Leave out --drain-default and --watch, or --dry-run.");
    }
    Workspace workspace = Workspace.open(common, "partitions maintain");
    Maintainer maintainer = new Maintainer(workspace.topology(), workspace.connector(), jobs.jobs);
    if (dryRun) {
      return show(run(maintainer, Maintainer.Mode.PLAN)).exitCode().status();
    }
    MaintenanceLog log =
        new MaintenanceLog(
            workspace.topology(),
            workspace.connector(),
            Operator.origin("partitions maintain", workspace.topology()));
    return interval
        .map(pause -> watch(workspace, maintainer, log, pause))
        .orElseGet(
            () ->
                Interruption.advisedOn(
                    console::line,
                    () -> {
                      Maintenance done = show(run(maintainer, mode()));
                      console.problems(log.note(done));
                      bringReplicas(workspace, done);
                      return done.exitCode().status();
                    }));
  }

  private Maintainer.Mode mode() {
    return drainDefault ? Maintainer.Mode.DRAIN : Maintainer.Mode.MAINTAIN;
  }

  private Maintenance run(Maintainer maintainer, Maintainer.Mode mode) {
    try (ProgressLine progress = console.progress()) {
      progress.begin("maintaining partitions");
      return maintainer.run(selection.selection(), mode, deed -> progress.above(() -> tell(deed)));
    }
  }

  /** At once, so that one can watch; JSON comes at the end. */
  private void tell(Deed deed) {
    if (!output.json()) {
      console.out(PartitionsView.line(deed, dryRun));
    }
  }

  private Maintenance show(Maintenance done) {
    if (output.json()) {
      console.out(PartitionsView.json(done, dryRun));
    } else if (done.deeds().isEmpty() && done.problems().isEmpty()) {
      console.line("Nothing to do: partitions are as the policies want them.");
    }
    console.problems(done.problems());
    return done;
  }

  /** Until somebody ends the process; what goes wrong meanwhile is told once. */
  private int watch(
      Workspace workspace, Maintainer maintainer, MaintenanceLog log, Duration pause) {
    PartitionsWatch told = new PartitionsWatch(console::problems, console::line);
    Maintenance last;
    do {
      last = run(maintainer, mode());
      if (output.json() && !(last.deeds().isEmpty() && last.problems().isEmpty())) {
        console.out(PartitionsView.jsonLine(last));
      }
      told.tell(last, log.note(last));
      bringReplicas(workspace, last);
    } while (Pause.of(pause));
    return last.exitCode().status();
  }

  /** New partitions, and without those that went, before rows of theirs arrive. */
  private void bringReplicas(Workspace workspace, Maintenance done) {
    if (workspace.topology().replicas().isEmpty() || done.deeds().isEmpty()) {
      return;
    }
    try (ProgressLine progress = console.progress()) {
      console.problems(
          ReplicasCommand.bring(workspace, "partitions maintain", progress).diagnostics());
    } catch (PppException e) {
      console.problems(e.diagnostics());
    }
  }

  private Optional<Duration> interval() {
    if (watch == null) {
      return Optional.empty();
    }
    Optional<Duration> time = TimeSpan.parse(watch).filter(t -> t.toMillis() >= 100);
    if (time.isEmpty()) {
      throw usage("--watch is \"" + watch + "\"", "It is a number with a unit: 10s, 60s, 5min.");
    }
    return time;
  }
}
