package org.partitionproxy.cli;

import static org.partitionproxy.cli.Usage.usage;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.inspect.Values;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.topology.Topology;
import org.partitionproxy.trace.Condition;
import org.partitionproxy.trace.TimeSpan;
import org.partitionproxy.trace.TraceFilter;
import org.partitionproxy.trace.TraceWatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ppp trace}: what the shards were asked for each statement on the veneer. */
@Command(
    name = "trace",
    description = {
      "Shows each statement on the veneer, and under it what every shard was asked for it.",
      "The waste is the rows shipped for each row returned; then comes the shards' part of the time."
    })
final class TraceCommand implements Callable<Integer> {

  /** Without a word about the time, what somebody did a moment ago. */
  private static final Duration A_MOMENT_AGO = Duration.ofMinutes(10);

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin Console console = new Console();
  @Mixin VeneerOption veneerOption = new VeneerOption();
  @Mixin TracedOptions traced = new TracedOptions();
  @Mixin TraceOutlets outlets = new TraceOutlets();
  @Spec @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "-- COMMAND",
      description = "Run this program, and show what is asked from its start to its end.")
  List<String> command = new ArrayList<>();

  @Option(
      names = {"-f", "--follow"},
      description = "Show what comes, within a second, until interrupted.")
  boolean follow;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description =
          "Nothing older: 10m, 1h30m, 2d, 2026-11-20, 2026-11-20T10:00:00Z."
              + " Default: 10m; now, with --follow")
  @Nullable String since;

  @Option(
      names = "--slower-than",
      paramLabel = "TIME",
      description = "Only statements that took longer: 100ms, 2s.")
  @Nullable String slowerThan;

  @Option(
      names = "--wasteful",
      paramLabel = "N",
      description = "Only statements with at least N rows shipped for each that is returned.")
  @Nullable Double wasteful;

  @Option(
      names = {"-a", "--all"},
      description = "Transaction control, connection set-up, and what asks shards nothing, too.")
  boolean all;

  @Option(
      names = "--show-values",
      description = "Show literals and parameters, which are hidden otherwise.")
  boolean showValues;

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      defaultValue = "100",
      description = "At most so many from before now, the newest. Default: ${DEFAULT-VALUE}")
  int limit = 100;

  @Option(
      names = "--fail-if",
      paramLabel = "CONDITION",
      description =
          "Show those alone that meet it, and end with 10 if there are any: 'waste > 10',"
              + " 'slower > 500ms', 'cross-shard', 'writes > 1 shard'. May be repeated.")
  List<String> conditions = List.of();

  @Option(
      names = "--run",
      paramLabel = "FILE",
      description = "Run this SQL on the veneer, and show what it asks of shards.")
  @Nullable Path run;

  @Option(
      names = "--as",
      paramLabel = "TENANT",
      description = "The tenant as whose role --run runs. Default: the role for all tenants")
  @Nullable String as;

  @Override
  public Integer call() {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    Clock clock = Clock.system(ZoneId.systemDefault());
    List<Condition> parsed = conditions.stream().map(TraceCommand::condition).toList();
    Optional<Duration> slower = Optional.ofNullable(slowerThan).map(TraceCommand::time);
    Optional<Instant> from = readSince(clock);
    check(line);
    Values values = Values.shown(showValues);
    Optional<TracedScript> script =
        Optional.ofNullable(run).map(file -> TracedScript.read(file, values));
    Workspace workspace = Workspace.open(common, "trace");
    Topology topology = workspace.topology();
    ServerDefinition veneer = veneerOption.of(topology);
    List<TenantName> tenants = traced.tenants(topology);
    List<ServerName> shards = traced.shards(topology);
    try (TracedWork work = work(workspace, veneer, script);
        TraceOutlets open = outlets) {
      open.open(workspace, veneer, values, line.getOut(), line.getErr());
      Optional<String> session = work == null ? Optional.empty() : work.session();
      TraceFilter filter =
          new TraceFilter(
              all,
              tenants,
              shards,
              slower,
              wasteful == null ? OptionalDouble.empty() : OptionalDouble.of(wasteful),
              session);
      TraceScreen screen =
          new TraceScreen(
              line.getOut(),
              line.getErr(),
              console.terminal(),
              new TraceScreen.Form(
                  output.json(), all, values, limit, since != null, clock.getZone()),
              filter,
              open,
              parsed);
      try (TraceWatch watch =
          new TraceWatch(topology, veneer, workspace.connector()::superuser, from, screen)) {
        watch.start();
        return new TraceRun(watch, screen, !parsed.isEmpty())
            .go(follow || outlets.web, from.isPresent(), Optional.ofNullable(work));
      }
    }
  }

  private @Nullable TracedWork work(
      Workspace workspace, ServerDefinition veneer, Optional<TracedScript> script) {
    if (script.isPresent()) {
      return TracedWork.of(script.get(), workspace, veneer, runner(workspace.topology()));
    }
    return command.isEmpty() ? null : TracedWork.of(command);
  }

  /** What goes with what. */
  private void check(CommandLine line) {
    if (!command.isEmpty() && !line.getParseResult().originalArgs().contains("--")) {
      throw new ParameterException(line, "put -- before the command: " + command.get(0));
    }
    boolean work = run != null || !command.isEmpty();
    if (outlets.web && (work || !conditions.isEmpty() || output.json())) {
      throw usage(
          "--web is given with something that ends, or with another output",
          "It shows what comes, with --since what was before too, until it is interrupted.");
    }
    if (run != null && !command.isEmpty()) {
      throw usage("both --run and a command after -- are given", "Watch one of them at a time.");
    }
    if (work && (follow || since != null)) {
      throw usage(
          (follow ? "--follow" : "--since") + " is given with something to run",
          "What runs is watched from its start to its end; leave that option out.");
    }
    if (follow && !conditions.isEmpty()) {
      throw usage(
          "--fail-if is given with --follow, which has no end",
          "Use --since for what was, or --run FILE or -- COMMAND for what is to come.");
    }
    if (as != null && run == null) {
      throw usage("--as is given without --run", "It says as which tenant a file is run.");
    }
    if (limit < 0) {
      throw usage("--limit is \"" + limit + "\"", "It is a number of statements, 0 or more.");
    }
  }

  private Optional<Instant> readSince(Clock clock) {
    Optional<Instant> given = Usage.since(since, clock);
    if (given.isPresent()) {
      return given;
    }
    return follow || outlets.web || run != null || !command.isEmpty()
        ? Optional.empty()
        : Optional.of(clock.instant().minus(A_MOMENT_AGO));
  }

  private Optional<Tenant> runner(Topology topology) {
    return Optional.ofNullable(as)
        .map(
            name ->
                topology
                    .findTenant(name)
                    .orElseThrow(
                        () ->
                            usage(
                                "\"" + name + "\" is no tenant of " + topology.file(),
                                "--as names the tenant as whose role a file is run.")));
  }

  private static Duration time(String text) {
    return TimeSpan.parse(text)
        .orElseThrow(
            () ->
                usage(
                    "--slower-than is \"" + text + "\"",
                    "It is a number with a unit: 500us, 100ms, 1.5s, 2min."));
  }

  private static Condition condition(String text) {
    return Condition.parse(text)
        .orElseThrow(
            () ->
                usage("--fail-if is \"" + text + "\"", "It is one of " + Condition.GRAMMAR + "."));
  }
}
