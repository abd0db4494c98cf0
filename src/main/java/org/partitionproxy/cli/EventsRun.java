package org.partitionproxy.cli;

import static org.partitionproxy.cli.LiveScreen.clip;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.Colors;
import org.partitionproxy.console.EventsView;
import org.partitionproxy.db.Pause;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.demo.EventLoad;
import org.partitionproxy.demo.EventPartitionReader;
import org.partitionproxy.demo.EventPartitions;
import org.partitionproxy.demo.EventTopology;
import org.partitionproxy.demo.EventWriter;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.PartitionPolicy;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** An application that writes events through the veneer, and what is seen of it meanwhile. */
final class EventsRun implements AutoCloseable {

  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
  private static final Duration MOST_BETWEEN_LINES = Duration.ofSeconds(5);

  /** The lines above the table, its header, and an empty one. */
  private static final int FRAME = 6;

  private final Workspace workspace;
  private final EventLoad load;
  private final Optional<Duration> span;
  private final Console console;
  private final Clock clock = Clock.systemUTC();
  private final EventsView view;
  private final Tenant shown;
  private final EventPartitionReader reader;
  private final EventWriter writer;
  private volatile boolean started;
  private volatile Optional<EventPartitions> seen = Optional.empty();
  private volatile String note = "";
  private volatile @Nullable LiveScreen screen;
  private volatile @Nullable Repeated maintenance;

  /** Of the one thread that looks. */
  private @Nullable Session shard;

  private Instant nextLine = Instant.MIN;

  /**
   * @param span how long; until somebody ends it where there is none
   */
  EventsRun(Workspace workspace, EventLoad load, Optional<Duration> span, Console console) {
    Topology topology = workspace.topology();
    this.workspace = workspace;
    this.load = load;
    this.span = span;
    this.console = console;
    this.view = new EventsView(console.outColors());
    this.shown = topology.tenants().get(0);
    this.reader = new EventPartitionReader(table(shown), load.range().multipliedBy(6));
    List<QualifiedName> tables = topology.tenants().stream().map(EventsRun::table).toList();
    this.writer = new EventWriter(tables, load.rate() * tables.size(), this::connect);
  }

  private static QualifiedName table(Tenant tenant) {
    return new QualifiedName(tenant.schema(), Identifier.of(EventTopology.TABLE));
  }

  /** {@code 10 events a second, in partitions of 10 seconds}. */
  static String pace(EventLoad load) {
    return String.format(
        Locale.ROOT,
        "%s event%s a second%s, in partitions of %s",
        load.rate() == Math.rint(load.rate())
            ? Long.toString((long) load.rate())
            : Double.toString(load.rate()),
        load.rate() == 1 ? "" : "s",
        load.tenants() == 1 ? "" : " for each of " + load.tenants() + " tenants",
        load.every());
  }

  /**
   * As the role that may use all tenants. The veneer computes the default of created_at, now(), in
   * the time zone of this session, which the driver would make that of this machine.
   */
  private Session connect() {
    Topology topology = workspace.topology();
    Session session = workspace.connector().as(topology.veneer(), topology.appRole());
    session.execute(Sql.of("SET TimeZone = {}", Literal.of(zone())));
    return session;
  }

  private String zone() {
    return workspace
        .topology()
        .findPolicy(shown, Identifier.of(EventTopology.TABLE))
        .map(PartitionPolicy::zone)
        .orElse(PartitionPolicy.DEFAULT_ZONE);
  }

  /**
   * Writes until the time is over, somebody leaves, or it ends otherwise.
   *
   * @param partitions makes some at once, and returns what it did; empty if something else does
   */
  void run(Optional<Supplier<String>> partitions, BooleanSupplier ended) {
    partitions.ifPresent(this::makeAtIntervals);
    started = true;
    writer.start();
    if (console.terminal().in() && console.terminal().out()) {
      screen =
          new LiveScreen(
              LiveScreen.terminal("ppp demo events", "Run it with its output to a pipe."),
              this::picture,
              key -> {},
              clock);
    }
    Instant end = span.map(clock.instant()::plus).orElse(Instant.MAX);
    while (!ended.getAsBoolean() && clock.instant().isBefore(end) && isOpen()) {
      look(ended);
      Pause.of(BETWEEN_LOOKS);
    }
  }

  private void makeAtIntervals(Supplier<String> partitions) {
    maintenance = new Repeated("ppp-demo-maintenance", load.interval(), () -> make(partitions));
    maintenance.start();
  }

  private void make(Supplier<String> partitions) {
    try {
      say(partitions.get());
    } catch (PppException e) {
      say(e.diagnostics().get(0).summary());
    }
  }

  private boolean isOpen() {
    LiveScreen shownOn = screen;
    return shownOn == null || shownOn.isOpen();
  }

  private void look(BooleanSupplier ended) {
    try {
      if (shard == null) {
        shard = workspace.connector().superuser(workspace.topology().shardOf(shown));
      }
      EventPartitions partitions = reader.read(shard);
      seen = Optional.of(partitions);
      if (screen == null && !clock.instant().isBefore(nextLine)) {
        console.out(view.line(partitions, writer.written()) + "\n");
        nextLine = clock.instant().plus(betweenLines());
      }
    } catch (SqlFailure e) {
      if (!ended.getAsBoolean()) {
        say(e.diagnostics().get(0).summary());
        leaveShard();
      }
    }
  }

  private void leaveShard() {
    if (shard != null) {
      shard.close();
      shard = null;
    }
  }

  private Duration betweenLines() {
    return load.range().compareTo(MOST_BETWEEN_LINES) < 0 ? load.range() : MOST_BETWEEN_LINES;
  }

  private void say(String line) {
    note = line;
    if (screen == null) {
      console.out(view.time(clock.instant()) + "  " + line + "\n");
    }
  }

  private List<String> picture(int width, int height) {
    List<String> lines = new ArrayList<>();
    Colors colors = console.outColors();
    lines.add(colors.bold(clip("Tenant " + shown.name() + ", " + pace(load), width)));
    lines.add(
        clip(
            view.written(writer.written()) + seen.map(p -> "; " + view.ahead(p)).orElse(""),
            width));
    lines.add(colors.faint(clip("q or Ctrl-C ends it", width)));
    lines.add(colors.yellow(clip(note, width)));
    seen.ifPresent(partitions -> lines.addAll(view.table(partitions, width, height - FRAME)));
    return lines;
  }

  /** What became of the events; empty if none was to be written yet. */
  Optional<String> summary() {
    return started ? Optional.of(view.summary(writer.written())) : Optional.empty();
  }

  long withoutPartition() {
    return writer.written().withoutPartition();
  }

  /** Ends it all but the servers. */
  @Override
  public void close() {
    writer.close();
    Repeated running = maintenance;
    if (running != null) {
      running.close();
    }
    LiveScreen shownOn = screen;
    if (shownOn != null) {
      shownOn.close();
    }
  }
}
