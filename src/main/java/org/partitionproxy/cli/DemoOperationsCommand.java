package org.partitionproxy.cli;

import static org.partitionproxy.cli.Usage.usage;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.OperationsView;
import org.partitionproxy.db.Session;
import org.partitionproxy.demo.DemoFolder;
import org.partitionproxy.demo.GuidTrial;
import org.partitionproxy.demo.OperationsComparison;
import org.partitionproxy.demo.OperationsPlaces;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ppp demo operations}: jobs, a rollup and a replica at work. */
@Command(
    name = "operations",
    description = {
      "Operations that jobs insert and settle, their totals as a rollup, and a replica.",
      "Starts servers of its own, generates operations, runs the jobs, and shows it all until",
      "Ctrl-C. Then the totals of shard, replica, rollup and veneer are compared, and the servers",
      "stopped. Each run begins anew.",
      "It works on a copy of examples/operations and never on a shards.yaml of yours."
    },
    footer = {"", "Exit status: 0 the totals are the same everywhere, 6 they are not."})
final class DemoOperationsCommand implements Callable<Integer> {

  private static final String EXAMPLE = "operations";
  private static final int MOST_ROWS = 100_000_000;

  @Mixin DemoOptions options = new DemoOptions();
  @Mixin Console console = new Console();

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "100000",
      description = "So many operations of the last six days. Default: ${DEFAULT-VALUE}")
  int rows = 100_000;

  @Option(
      names = "--for",
      paramLabel = "TIME",
      description = {"How long, once all are generated: 30s, 5min. Default: until Ctrl-C, or", "q"})
  @Nullable String time;

  @Override
  public Integer call() {
    options.check();
    if (rows < 1 || rows > MOST_ROWS) {
      throw usage("--rows is \"" + rows + "\"", "It is a number from 1 to " + MOST_ROWS + ".");
    }
    Optional<Duration> span = DemoOptions.span(time);
    DemoHome home = DemoHome.of(EXAMPLE, System.getenv());
    DemoFolder folder = options.folder(EXAMPLE, home);
    return folder.alone(
        () -> {
          DemoStage.clear(folder);
          folder.write(
              home.example().topology(), home.example().migrations(), DemoStage.portsInUse(folder));
          return new DemoStage(folder, options, console)
              .show(workspace -> new Operations(workspace, span));
        });
  }

  /** The operations on a stage. */
  private final class Operations implements DemoStage.Play {

    private final Workspace workspace;
    private final Optional<Duration> span;
    private final OperationsView view = new OperationsView(console.outColors());
    private volatile boolean failed;
    private volatile @Nullable OperationsRun run;

    Operations(Workspace workspace, Optional<Duration> span) {
      this.workspace = workspace;
      this.span = span;
    }

    @Override
    public void run(DemoSteps steps, BooleanSupplier ended) {
      OperationsPlaces places = places();
      steps.say("An operation_guid is taken once, in whatever partition.");
      try (Session tenant = workspace.connector().as(places.shard(), places.tenant().role())) {
        GuidTrial trial = GuidTrial.run(tenant, places.operations());
        console.out(view.guids(trial));
        if (!trial.isKept()) {
          tell(List.of(problem("an operation_guid was taken twice")));
        }
      }
      steps.say("Generate operations, and run the jobs meanwhile. Ctrl-C ends it.");
      if (!ended.getAsBoolean()) {
        OperationsRun shown =
            new OperationsRun(
                places,
                rows,
                span,
                workspace.connector(),
                DemoStage.workspace(workspace.topology().file(), "jobs run").connector(),
                console);
        run = shown;
        shown.run(ended);
      }
    }

    private OperationsPlaces places() {
      return new OperationsPlaces(
          workspace.topology(),
          ReplicasCommand.of(workspace, workspace.topology().replicas().get(0)));
    }

    @Override
    public void close() {
      OperationsRun shown = run;
      if (shown == null) {
        return;
      }
      shown.close();
      shown
          .problem()
          .ifPresent(text -> tell(List.of(problem("no more can be generated: " + text))));
      if (shown.isGenerated()) {
        compare();
      } else {
        console.out("It was ended before all were generated; nothing is compared.\n");
      }
    }

    private void compare() {
      console.out("\nThe totals while nobody writes:\n\n");
      try {
        List<OperationsComparison.Place> found =
            new OperationsComparison(places(), workspace.connector()).run();
        console.out(view.compared(found));
        if (OperationsComparison.isSame(found)) {
          console.out("They are the same, for each client and type.\n");
        } else {
          tell(List.of(problem("the totals are not the same everywhere")));
        }
      } catch (PppException e) {
        tell(e.diagnostics());
      }
    }

    /** At once: after a signal there is no other time. */
    private void tell(List<Diagnostic> problems) {
      failed = true;
      console.problems(problems);
    }

    @Override
    public int verdict() {
      return failed ? Code.OPERATIONS_DIFFER.exitCode().status() : 0;
    }
  }

  private static Diagnostic problem(String summary) {
    return Diagnostic.error(
        Code.OPERATIONS_DIFFER, summary, "Please report it, with all that the demo printed.");
  }
}
