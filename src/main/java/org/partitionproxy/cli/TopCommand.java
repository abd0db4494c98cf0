package org.partitionproxy.cli;

import static org.partitionproxy.cli.Usage.usage;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.TopJsonView;
import org.partitionproxy.console.TopView;
import org.partitionproxy.inspect.HiddenValues;
import org.partitionproxy.top.Board;
import org.partitionproxy.top.Grouping;
import org.partitionproxy.top.Order;
import org.partitionproxy.top.Ranking;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;
import org.partitionproxy.trace.TimeSpan;
import org.partitionproxy.trace.TraceFilter;
import org.partitionproxy.trace.TraceWatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ppp top}: which statements cost most. */
@Command(
    name = "top",
    description = {
      "Shows the statements on the veneer that cost most: on a terminal a screen that refreshes,",
      "elsewhere a table when the time is over."
    })
final class TopCommand implements Callable<Integer> {

  /** Where nobody says how long, and there is no key to end it. */
  private static final Duration A_WHILE = Duration.ofSeconds(10);

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin Console console = new Console();
  @Mixin VeneerOption veneerOption = new VeneerOption();
  @Mixin TracedOptions traced = new TracedOptions();

  @Option(
      names = "--by",
      paramLabel = "GROUP",
      defaultValue = "query",
      description = "query, tenant or shard. Default: ${DEFAULT-VALUE}")
  Grouping by = Grouping.QUERY;

  @Option(
      names = "--sort",
      paramLabel = "COST",
      defaultValue = "time",
      description = "time, calls, rows (shipped) or waste. Default: ${DEFAULT-VALUE}")
  Order sort = Order.TIME;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description =
          "What was asked since then, too: 10m, 1h30m, 2d, 2026-11-20, 2026-11-20T10:00:00Z.")
  @Nullable String since;

  @Option(
      names = "--for",
      paramLabel = "TIME",
      description =
          "How long: 10s, 5min. Default: on a terminal until q; elsewhere 10s, and with --since"
              + " not at all")
  @Nullable String time;

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      defaultValue = "20",
      description = "At most so many; the rest is added up as others. Default: ${DEFAULT-VALUE}")
  int limit = 20;

  @Override
  public Integer call() {
    Clock clock = Clock.system(ZoneId.systemDefault());
    Optional<Instant> from = Usage.since(since, clock);
    Optional<Duration> span = readTime();
    if (limit < 1) {
      throw usage("--limit is \"" + limit + "\"", "It is a number of groups, 1 or more.");
    }
    Workspace workspace = Workspace.open(common, "top");
    Topology topology = workspace.topology();
    ServerDefinition veneer = veneerOption.of(topology);
    TraceFilter filter = TraceFilter.of(traced.tenants(topology), traced.shards(topology));
    Board board = new Board(by, sort, filter, HiddenValues::inSql);
    TopWatch listener = new TopWatch(board, console);
    try (TraceWatch watch =
        new TraceWatch(topology, veneer, workspace.connector()::superuser, from, listener)) {
      watch.start();
      boolean screen = console.terminal().in() && console.terminal().out() && !output.json();
      if (screen) {
        onScreen(watch, listener, board, span);
      } else {
        Duration wait = span.orElse(from.isPresent() ? Duration.ZERO : A_WHILE);
        watchFor(watch, wait);
        watch.finish();
      }
    }
    print(board);
    return 0;
  }

  private void onScreen(TraceWatch watch, TopWatch listener, Board board, Optional<Duration> span) {
    Optional<Instant> end = span.map(watch.now()::plus);
    try (TopScreen screen = TopScreen.open(console.outColors(), board, limit)) {
      listener.begin(screen::note);
      watch.follow(() -> screen.isOpen() && end.filter(watch.now()::isAfter).isEmpty());
    } finally {
      listener.end();
    }
  }

  private static void watchFor(TraceWatch watch, Duration time) {
    Instant end = watch.now().plus(time);
    watch.follow(() -> watch.now().isBefore(end));
  }

  private void print(Board board) {
    Ranking ranking = board.ranking(limit);
    console.out(output.json() ? new TopJsonView().render(ranking) : new TopView().render(ranking));
    if (board.statements() == 0) {
      console.line("no statement was seen");
    }
  }

  private Optional<Duration> readTime() {
    if (time == null) {
      return Optional.empty();
    }
    Optional<Duration> span = TimeSpan.parse(time);
    if (span.isEmpty()) {
      throw usage("--for is \"" + time + "\"", "It is a number with a unit: 10s, 500ms, 5min.");
    }
    return span;
  }
}
