package org.partitionproxy.cli;

import static org.partitionproxy.cli.Usage.usage;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntPredicate;
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
import org.partitionproxy.topology.RuntimeChoice;
import org.partitionproxy.topology.TenantSelection;
import org.partitionproxy.trace.TimeSpan;
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

  private static final Duration LONGEST_STEP = Duration.ofSeconds(20);

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

  @Option(names = "--purge", description = "Delete the demo's data at its end.")
  boolean purge;

  @Option(
      names = "--runtime",
      paramLabel = "RUNTIME",
      description = "docker or embedded. Default: docker where it answers.")
  @Nullable RuntimeChoice runtime;

  @Option(
      names = "--folder",
      paramLabel = "DIR",
      description =
          "Where the demo keeps its shards.yaml and its servers. Default: .ppp/demo-events beside"
              + " ppp, or ~/.local/state/ppp/demo-events")
  @Nullable Path asked;

  @Option(names = "--stacktrace", description = "Show where in ppp an error came from.")
  boolean stacktrace;

  @Override
  public Integer call() {
    EventLoad load = load();
    Optional<Duration> span = span();
    DemoHome home = DemoHome.of(EXAMPLE, System.getenv());
    DemoFolder folder =
        new DemoFolder(
            EXAMPLE, (asked == null ? home.folder() : asked).toAbsolutePath().normalize());
    if (writerOnly) {
      requireNothingElse();
      return write(folder, load, span);
    }
    return folder.alone(
        () -> {
          folder.write(
              home.example(), EventTopology.text(home.example(), load), portsInUse(folder));
          return demonstrate(folder, load, span);
        });
  }

  private EventLoad load() {
    if (!(rate >= 0.1 && rate <= 100_000)) {
      throw usage("--rate is \"" + rate + "\"", "It is a number of events a second: 10.");
    }
    if (tenants < 1 || tenants > 1000) {
      throw usage("--tenants is \"" + tenants + "\"", "It is a number from 1 to 1000.");
    }
    if (runtime == RuntimeChoice.EXTERNAL) {
      throw usage(
          "the demo starts its servers", "Say --runtime docker, --runtime embedded, or neither.");
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

  private Optional<Duration> span() {
    if (time == null) {
      return Optional.empty();
    }
    Optional<Duration> span = TimeSpan.parse(time);
    if (span.isEmpty()) {
      throw usage("--for is \"" + time + "\"", "It is a number with a unit: 10s, 500ms, 5min.");
    }
    return span;
  }

  private void requireNothingElse() {
    if (purge || runtime != null) {
      throw usage(
          "--writer-only leaves the servers as they are",
          "Leave --purge and --runtime out, or --writer-only.");
    }
  }

  /** Those of servers that run since an earlier demo was killed. */
  private static IntPredicate portsInUse(DemoFolder folder) {
    if (!folder.isMade()) {
      return port -> false;
    }
    try {
      Workspace workspace = Workspace.open(options(folder), "demo events");
      List<Integer> ports = new ArrayList<>();
      workspace
          .runtimes()
          .find()
          .ifPresent(
              servers ->
                  workspace.topology().servers().stream()
                      .filter(servers::isRunning)
                      .forEach(server -> ports.add(server.port())));
      return ports::contains;
    } catch (PppException e) {
      return port -> false;
    }
  }

  static CommonOptions options(DemoFolder folder) {
    CommonOptions options = new CommonOptions();
    options.config = folder.file();
    return options;
  }

  private int demonstrate(DemoFolder folder, EventLoad load, Optional<Duration> span) {
    Workspace workspace = Workspace.open(options(folder), "demo events");
    EventsRun run = new EventsRun(workspace, load, span, console);
    AtomicBoolean ended = new AtomicBoolean();
    DemoSteps steps = new DemoSteps(workspace, folder.file(), console, ended::get);
    DemoEnding ending =
        new DemoEnding(
            () -> {
              ended.set(true);
              // So that no command reports that its servers are gone.
              steps.awaitEnd(LONGEST_STEP);
              end(run, folder);
            });
    try (ending) {
      steps.say("Start a veneer and a shard.");
      if (runtime == null) {
        steps.run("start");
      } else {
        steps.run("start", "--runtime", runtime.toString());
      }
      steps.say("Make the table, and the first partitions.");
      steps.run("initialize");
      steps.say("Write " + EventsRun.pace(load) + ". Ctrl-C ends it.");
      if (steps.status() == 0) {
        run.run(Optional.of(() -> maintain(workspace)), ended::get);
      }
    } catch (RuntimeException e) {
      if (!ending.hasBegun()) {
        throw e;
      }
    }
    return steps.status() == 0 ? verdict(run) : steps.status();
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

  private void end(EventsRun run, DemoFolder folder) {
    run.close();
    run.summary().ifPresent(console::out);
    String config = folder.file().toString();
    if (purge) {
      Main.run("stop", "--delete-data", "--yes", "--config", config);
      folder.delete();
    } else {
      Main.run("stop", "--config", config);
    }
  }

  private int write(DemoFolder folder, EventLoad load, Optional<Duration> span) {
    Workspace workspace = Workspace.open(options(folder), "demo events");
    if (!workspace.topology().name().equals(EventTopology.NAME)) {
      throw new PppException(
          Diagnostic.error(
              Code.NOT_THE_DEMO,
              "\"" + folder.file() + "\" is not the topology of this demo",
              "It writes only to its own servers, those of examples/events/shards.yaml."));
    }
    EventsRun run = new EventsRun(workspace, load, span, console);
    DemoEnding ending =
        new DemoEnding(
            () -> {
              run.close();
              run.summary().ifPresent(console::out);
            });
    try (ending) {
      run.run(Optional.empty(), ending::hasBegun);
    }
    return verdict(run);
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
