package org.partitionproxy.cli;

import static org.partitionproxy.cli.LiveScreen.clip;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.Colors;
import org.partitionproxy.console.OperationsView;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Pause;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.demo.OperationGenerator;
import org.partitionproxy.demo.OperationsLook;
import org.partitionproxy.demo.OperationsPlaces;
import org.partitionproxy.demo.OperationsSeen;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.job.JobListener;
import org.partitionproxy.job.JobRunner;
import org.partitionproxy.state.JobRun;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.ServerName;

/** Operations that are generated while jobs run, and what is seen of it meanwhile. */
final class OperationsRun implements AutoCloseable {

  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

  /** A look counts rows: it rests for so many times as long as that took. */
  private static final int REST = 4;

  private static final Duration END_OF_JOBS = Duration.ofSeconds(10);

  /** The lines above the tables. */
  private static final int FRAME = 4;

  private final OperationsPlaces places;
  private final Optional<Duration> span;
  private final Console console;
  private final Clock clock = Clock.systemUTC();
  private final OperationsView view;
  private final OperationGenerator generator;
  private final OperationsLook look;
  private final Thread jobs;
  private volatile Optional<OperationsSeen> seen = Optional.empty();
  private volatile String note = "";
  private volatile @Nullable LiveScreen screen;
  private Instant nextLine = Instant.MIN;
  private Instant end = Instant.MAX;
  private boolean told;

  /**
   * @param span how long, from when all are generated; until somebody ends it where there is none
   * @param runner of sessions as {@code ppp jobs run} opens them
   */
  OperationsRun(
      OperationsPlaces places,
      int rows,
      Optional<Duration> span,
      Connector connector,
      Connector runner,
      Console console) {
    this.places = places;
    this.span = span;
    this.console = console;
    this.view = new OperationsView(console.outColors());
    this.generator =
        new OperationGenerator(
            places.generator(), rows, () -> connector.as(places.shard(), places.tenant().role()));
    this.look = new OperationsLook(places, connector, clock);
    JobRunner jobRunner =
        new JobRunner(places.topology(), runner, new Notes(), JobRunner.HANDS, clock);
    this.jobs = new Thread(jobRunner::run, "ppp-demo-jobs");
    jobs.setDaemon(true);
  }

  /** Until the time is over, somebody leaves, or it ends otherwise. */
  void run(BooleanSupplier ended) {
    jobs.start();
    generator.start();
    if (console.terminal().in() && console.terminal().out()) {
      screen =
          new LiveScreen(
              LiveScreen.terminal("ppp demo operations", "Run it with its output to a pipe."),
              this::picture,
              key -> {},
              clock);
    }
    while (goesOn(ended)) {
      Instant begun = clock.instant();
      look(ended);
      tellGenerated();
      Duration rest = Duration.between(begun, clock.instant()).multipliedBy(REST);
      Pause.of(rest.compareTo(BETWEEN_LOOKS) < 0 ? BETWEEN_LOOKS : rest);
    }
  }

  private boolean goesOn(BooleanSupplier ended) {
    LiveScreen shownOn = screen;
    return !ended.getAsBoolean()
        && (shownOn == null || shownOn.isOpen())
        && generator.problem().isEmpty()
        && clock.instant().isBefore(end);
  }

  private void tellGenerated() {
    if (!told && generator.took().isPresent()) {
      told = true;
      line(view.generated(generator));
      end = span.map(clock.instant()::plus).orElse(Instant.MAX);
    }
  }

  private void look(BooleanSupplier ended) {
    try {
      OperationsSeen now = look.read();
      seen = Optional.of(now);
      if (screen == null && !now.at().isBefore(nextLine)) {
        console.out(view.line(now) + "\n");
        nextLine = now.at().plus(BETWEEN_LINES);
      }
    } catch (SqlFailure e) {
      if (!ended.getAsBoolean()) {
        say(e.diagnostics().get(0).summary());
      }
    }
  }

  private void say(String problem) {
    note = problem;
    line(problem);
  }

  /** Where there is a screen, it shows that anyway. */
  private void line(String text) {
    if (screen == null) {
      console.out(view.time(clock.instant()) + "  " + text + "\n");
    }
  }

  private List<String> picture(int width, int height) {
    Colors colors = console.outColors();
    String title =
        "Tenant " + places.tenant().name() + seen.map(s -> ": " + view.rows(s)).orElse("");
    List<String> lines = new ArrayList<>();
    lines.add(colors.bold(clip(title, width)));
    lines.add(clip(view.generated(generator), width));
    lines.add(colors.faint(clip("q or Ctrl-C ends it", width)));
    lines.add(colors.yellow(clip(note, width)));
    seen.ifPresent(now -> lines.addAll(view.tables(now, width, height - FRAME)));
    return lines;
  }

  /** Whether there is something that can be compared. */
  boolean isGenerated() {
    return generator.took().isPresent();
  }

  Optional<String> problem() {
    return generator.problem();
  }

  /** Ends it all but the servers. */
  @Override
  public void close() {
    LiveScreen shownOn = screen;
    if (shownOn != null) {
      shownOn.close();
      seen.ifPresent(now -> console.out(view.line(now) + "\n"));
    }
    generator.close();
    jobs.interrupt();
    try {
      jobs.join(END_OF_JOBS.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    look.close();
  }

  /** What jobs have to say that isn't in their history. */
  private final class Notes implements JobListener {

    @Override
    public void waiting(ServerName shard, String holder) {
      say(shard + ": its jobs are run by " + holder);
    }

    @Override
    public void leading(ServerName shard, int count) {}

    @Override
    public void lost(ServerName shard, Diagnostic why) {
      say(shard + ": its jobs stand still: " + why.summary());
    }

    @Override
    public void ran(ServerName shard, ScheduledJob job, JobRun run) {}
  }
}
