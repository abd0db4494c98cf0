package org.partitionproxy.cli;

import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.ScheduleView;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.job.JobBoard;
import org.partitionproxy.job.JobStatus;
import org.partitionproxy.state.JobRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ppp jobs}: what runs on a schedule, and how it fares. */
@Command(
    name = "jobs",
    description = {
      "Lists what runs on a schedule: who runs it, how the last run went, when the next is.",
      "Schedules of five fields are in UTC."
    },
    subcommands = {
      JobsRunCommand.class,
      JobsCommand.RunNow.class,
      JobsCommand.Pause.class,
      JobsCommand.Resume.class,
      JobsCommand.History.class
    })
final class JobsCommand implements Callable<Integer> {

  private static final int RUNS_SHOWN = 5;

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin SelectionOptions selection = new SelectionOptions();
  @Mixin Console console = new Console();

  @Override
  public Integer call() {
    return with(
        common,
        console,
        board -> board.list(selection.selection(), Optional.empty(), RUNS_SHOWN),
        (board, listing) -> {
          console.out(
              output.json()
                  ? ScheduleView.json(listing.jobs())
                  : ScheduleView.list(listing, ZoneId.systemDefault()));
          return List.of();
        });
  }

  private interface Deed {

    /** Returns what went wrong. */
    List<Diagnostic> on(JobBoard board, JobBoard.Listing listing);
  }

  private static int with(
      CommonOptions common, Console console, Function<JobBoard, JobBoard.Listing> look, Deed deed) {
    Workspace workspace = Workspace.open(common, "jobs");
    JobBoard board = new JobBoard(workspace.topology(), workspace.connector(), Clock.systemUTC());
    JobBoard.Listing listing = look.apply(board);
    List<Diagnostic> problems = new ArrayList<>(deed.on(board, listing));
    problems.addAll(listing.problems());
    console.problems(problems);
    return problems.stream()
        .findFirst()
        .map(first -> first.code().exitCode())
        .orElse(ExitCode.DONE)
        .status();
  }

  /** What {@code pause} and {@code resume} share. */
  private abstract static class Switching implements Callable<Integer> {

    @Mixin CommonOptions common = new CommonOptions();
    @Mixin SelectionOptions selection = new SelectionOptions();
    @Mixin Console console = new Console();

    @Parameters(paramLabel = "NAME", description = "As in `ppp jobs`.")
    String name = "";

    int pause(boolean paused) {
      return with(
          common,
          console,
          board -> board.list(selection.selection(), Optional.of(name), 1),
          (board, listing) -> {
            List<JobStatus> others =
                listing.jobs().stream()
                    .filter(job -> job.keeper() != JobStatus.Keeper.NOT_MADE)
                    .filter(job -> job.paused() != paused)
                    .toList();
            board.pause(name, selection.selection(), others, paused);
            console.line(
                (paused ? "paused " : "resumed ")
                    + (others.size() == 1 ? "1 job" : others.size() + " jobs")
                    + (others.isEmpty() && listing.problems().isEmpty()
                        ? ": all were so already"
                        : ""));
            return List.of();
          });
    }
  }

  /** {@code ppp jobs pause}. */
  @Command(
      name = "pause",
      description = {
        "Runs a job no more until `ppp jobs resume`, also through `ppp initialize`.",
        "A run that is under way goes on to its end."
      })
  static final class Pause extends Switching {

    @Override
    public Integer call() {
      return pause(true);
    }
  }

  /** {@code ppp jobs resume}. */
  @Command(name = "resume", description = "Runs a paused job on its schedule again.")
  static final class Resume extends Switching {

    @Override
    public Integer call() {
      return pause(false);
    }
  }

  /** {@code ppp jobs run-now}. */
  @Command(
      name = "run-now",
      description = {
        "Runs a job once for each tenant it is for, or shard, one after the other, whoever runs it",
        "on its schedule. What fails keeps no other from its run; the exit status is 7 then."
      })
  static final class RunNow implements Callable<Integer> {

    @Mixin CommonOptions common = new CommonOptions();
    @Mixin SelectionOptions selection = new SelectionOptions();
    @Mixin Console console = new Console();

    @Parameters(paramLabel = "NAME", description = "As in `ppp jobs`.")
    String name = "";

    @Override
    public Integer call() {
      return with(
          common,
          console,
          board -> board.list(selection.selection(), Optional.of(name), 1),
          (board, listing) -> {
            List<Diagnostic> problems = new ArrayList<>();
            long failed =
                listing.jobs().stream()
                    .filter(job -> job.keeper() != JobStatus.Keeper.NOT_MADE)
                    .filter(job -> run(board, job, problems))
                    .count();
            if (failed > 0) {
              problems.add(0, failed(failed));
            }
            return problems;
          });
    }

    /** Returns whether it failed. */
    private boolean run(JobBoard board, JobStatus job, List<Diagnostic> problems) {
      try {
        JobRun run = board.runNow(job);
        console.out(ScheduleView.line(job.shard(), job.job(), run) + "\n");
        return run.hasFailed();
      } catch (PppException e) {
        problems.addAll(e.diagnostics());
        return false;
      }
    }

    private Diagnostic failed(long times) {
      return Diagnostic.error(
          Code.JOB_FAILED,
          "job \"" + name + "\" failed " + (times == 1 ? "once" : times + " times"),
          "`ppp jobs history " + name + " --output json` has all of the errors.");
    }
  }

  /** {@code ppp jobs history}. */
  @Command(
      name = "history",
      description = "Shows the last runs of a job, or of all, the latest first.")
  static final class History implements Callable<Integer> {

    @Mixin CommonOptions common = new CommonOptions();
    @Mixin OutputOption output = new OutputOption();
    @Mixin SelectionOptions selection = new SelectionOptions();
    @Mixin Console console = new Console();

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "As in `ppp jobs`.")
    @Nullable String name;

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "20",
        description = "How many runs at most. Default: ${DEFAULT-VALUE}")
    int limit = 20;

    @Override
    public Integer call() {
      return with(
          common,
          console,
          board -> board.list(selection.selection(), Optional.ofNullable(name), limit),
          (board, listing) -> {
            console.out(
                output.json()
                    ? ScheduleView.json(listing.jobs())
                    : ScheduleView.history(listing, limit, ZoneId.systemDefault()));
            return List.of();
          });
    }
  }
}
