package org.partitionproxy.cli;

import static org.partitionproxy.cli.Usage.usage;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.demo.DemoFolder;
import org.partitionproxy.demo.EventLoad;
import org.partitionproxy.demo.EventTopology;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.partition.Deed;
import org.partitionproxy.partition.Maintainer;
import org.partitionproxy.partition.Maintenance;
import org.partitionproxy.topology.TenantSelection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ppp demo events}: partitions that are made while they are written. */
@Command(
    name = "events",
    description = {
      "Events in partitions of ten seconds, made ahead while an application writes them.",
      "Starts servers of its own, shows the partitions as they fill, until Ctrl-C, and stops them.",
      "It works on a copy of examples/events and never on a shards.yaml of yours."
    })
final class DemoEventsCommand implements Callable<Integer> {

  static final String EXAMPLE = "events";

  @Mixin DemoOptions options = new DemoOptions();
  @Mixin Console console = new Console();

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "10",
      description = "Events a second, of each tenant. Default: ${DEFAULT-VALUE}")
  double rate = 10;

  @Option(
      names = "--every",
      paramLabel = "TIME",
      defaultValue = "10 seconds",
      description =
          "The length of a partition: '1 second' to '1 hour'; six are made at a time. Default:"
              + " ${DEFAULT-VALUE}")
  String every = "10 seconds";

  @Option(
      names = "--tenants",
      paramLabel = "N",
      defaultValue = "1",
      description = "How many. Default: ${DEFAULT-VALUE}")
  int tenants = 1;

  @Option(
      names = "--for",
      paramLabel = "TIME",
      description = "How long: 30s, 5min. Default: until Ctrl-C, or q")
  @Nullable String time;

  @Option(
      names = "--writer-only",
      description = {
        "Only write: to servers that run already, while something else makes partitions:",
        "ppp partitions maintain --watch 60s"
      })
  boolean writerOnly;

  @Override
  public Integer call() {
    EventLoad load = load();
    Optional<Duration> span = DemoOptions.span(time);
    options.check();
    DemoHome home = DemoHome.of(EXAMPLE, System.getenv());
    DemoFolder folder = options.folder(EXAMPLE, home);
    if (writerOnly) {
      requireNothingElse();
      return write(DemoStage.workspace(folder), load, span);
    }
    return folder.alone(
        () -> {
          folder.write(
              EventTopology.text(home.example().topology(), load),
              home.example().migrations(),
              DemoStage.portsInUse(folder));
          return new DemoStage(folder, options, console)
              .show(workspace -> new Events(workspace, load, span));
        });
  }

  private EventLoad load() {
    if (!(rate >= 0.1 && rate <= 100_000)) {
      throw usage("--rate is \"" + rate + "\"", "It is a number of events a second: 10.");
    }
    if (tenants < 1 || tenants > 1000) {
      throw usage("--tenants is \"" + tenants + "\"", "It is a number from 1 to 1000.");
    }
    Duration range =
        EventLoad.range(every)
            .filter(length -> length.compareTo(Duration.ofHours(1)) <= 0)
            .orElseThrow(
                () ->
                    usage(
                        "--every is \"" + every + "\"",
                        "It is from '1 second' to '1 hour', with the unit: '10 seconds'."));
    return new EventLoad(rate, range, tenants);
  }

  private void requireNothingElse() {
    if (options.purge || options.runtime != null) {
      throw usage(
          "--writer-only leaves the servers as they are",
          "Leave --purge and --runtime out, or --writer-only.");
    }
  }

  /** The events on a stage. */
  private final class Events implements DemoStage.Play {

    private final Workspace workspace;
    private final EventLoad load;
    private final EventsRun run;

    Events(Workspace workspace, EventLoad load, Optional<Duration> span) {
      this.workspace = workspace;
      this.load = load;
      this.run = new EventsRun(workspace, load, span, console);
    }

    @Override
    public void run(DemoSteps steps, BooleanSupplier ended) {
      steps.say("Write " + EventsRun.pace(load) + ". Ctrl-C ends it.");
      run.run(Optional.of(() -> maintain(workspace)), ended);
    }

    @Override
    public void close() {
      run.close();
      run.summary().ifPresent(console::out);
    }

    @Override
    public int verdict() {
      return DemoEventsCommand.this.verdict(run);
    }
  }

  /** As `ppp partitions maintain` does, and in one line what came of it. */
  private static String maintain(Workspace workspace) {
    Maintenance done =
        new Maintainer(workspace.topology(), workspace.connector(), 1)
            .run(TenantSelection.ALL, Maintainer.Mode.MAINTAIN, deed -> {});
    SortedMap<Deed.Kind, Integer> counts = new TreeMap<>();
    done.deeds().forEach(deed -> counts.merge(deed.kind(), 1, Integer::sum));
    List<String> parts = new ArrayList<>();
    counts.forEach((kind, count) -> parts.add(kind + " " + count));
    done.problems().forEach(problem -> parts.add(problem.summary()));
    return "partitions: " + (parts.isEmpty() ? "nothing to do" : String.join(", ", parts));
  }

  private int write(Workspace workspace, EventLoad load, Optional<Duration> span) {
    if (!workspace.topology().name().equals(EventTopology.NAME)) {
      throw new PppException(
          Diagnostic.error(
              Code.NOT_THE_DEMO,
              "\"" + workspace.topology().file() + "\" is not the topology of this demo",
              "It writes only to its own servers, those of examples/events/shards.yaml."));
    }
    Events events = new Events(workspace, load, span);
    DemoEnding ending = new DemoEnding(events::close);
    try (ending) {
      events.run.run(Optional.empty(), ending::hasBegun);
    }
    return events.verdict();
  }

  private int verdict(EventsRun run) {
    if (run.withoutPartition() == 0) {
      return 0;
    }
    console.problems(
        List.of(
            Diagnostic.error(
                Code.EVENT_WITHOUT_PARTITION,
                run.withoutPartition() + " events found no partition",
                "Partitions have to be made before their time begins: `ppp partitions maintain"
                    + " --watch` does.")));
    return Code.EVENT_WITHOUT_PARTITION.exitCode().status();
  }
}
