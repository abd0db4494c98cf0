package org.partitionproxy.cli;

import static org.partitionproxy.cli.Usage.usage;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.InspectionView;
import org.partitionproxy.db.Pause;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.inspect.InspectionSwitch;
import org.partitionproxy.topology.InspectionLevel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ppp inspection set LEVEL}: another level at run time. */
@Command(
    name = "set",
    description = {
      "Changes what all servers log, without a restart.",
      "Sessions of the veneer connect to shards again at their next transaction."
    },
    footer = {
      "",
      "Without --for it stays until the next `ppp inspection set`, over restarts, too. With --for",
      "the command waits, and sets everything back at the end or when it is interrupted."
    })
final class InspectionSetCommand implements Callable<Integer> {

  private static final Pattern TIME = Pattern.compile("([1-9][0-9]{0,5})(s|m|h)");

  @Parameters(
      paramLabel = "LEVEL",
      arity = "0..1",
      description = "off, statements or rows. Default: what shards.yaml says.")
  @Nullable String level;

  @Option(
      names = "--for",
      paramLabel = "TIME",
      description = "Only so long: 30s, 10m, 1h; then as it was before.")
  @Nullable String duration;

  @Option(
      names = "--every",
      paramLabel = "TIME",
      description = "Again and again: --every 1m --for 5s is five seconds of each minute.")
  @Nullable String interval;

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin Console console = new Console();

  @Override
  public Integer call() {
    Optional<InspectionLevel> asked = Optional.ofNullable(level).map(InspectionSetCommand::level);
    Optional<Duration> time = time("--for", duration);
    Optional<Duration> pace = time("--every", interval);
    requirePace(time, pace);
    Workspace workspace = Workspace.open(common, "inspection set");
    InspectionSwitch servers = InspectionCommand.of(workspace);
    InspectionLevel wanted = asked.or(servers::wanted).orElseThrow(InspectionSetCommand::unsaid);
    if (time.isEmpty()) {
      set(servers, asked, wanted);
      console.out(
          output.json()
              ? InspectionView.json(servers.look())
              : InspectionView.render(servers.look()));
    } else {
      new Window(servers, wanted).open(time.get(), pace);
    }
    return ExitCode.DONE.status();
  }

  private void set(
      InspectionSwitch servers, Optional<InspectionLevel> asked, InspectionLevel wanted) {
    InspectionSwitch.Before before = servers.prepare(wanted);
    if (asked.isEmpty()) {
      servers.withdraw(before);
      boolean done =
          servers.look().servers().stream()
              .allMatch(server -> server.level().equals(Optional.of(wanted)));
      if (done) {
        return;
      }
    }
    note(servers.set(before, wanted), wanted);
  }

  private void note(long sessions, InspectionLevel wanted) {
    if (sessions > 0 && wanted == InspectionLevel.ROWS) {
      console.line(
          sessions
              + (sessions == 1 ? " session" : " sessions")
              + " on veneers began before: rows of their statements are logged from their next"
              + " connection on");
    }
  }

  /** A level for a while. What was before comes back once, whoever ends it. */
  private final class Window {
    private final InspectionSwitch servers;
    private final InspectionLevel wanted;
    private InspectionSwitch.@Nullable Before before;

    Window(InspectionSwitch servers, InspectionLevel wanted) {
      this.servers = servers;
      this.wanted = wanted;
    }

    void open(Duration time, Optional<Duration> pace) {
      Thread ending = new Thread(this::close, "ppp-inspection-end");
      Runtime.getRuntime().addShutdownHook(ending);
      try {
        boolean again = true;
        while (again) {
          once(time);
          again = pace.isPresent() && Pause.of(pace.get().minus(time));
        }
      } finally {
        close();
        forget(ending);
      }
    }

    private void once(Duration time) {
      long sessions = begin();
      if (interval == null) {
        note(sessions, wanted);
        console.line("level " + wanted + " for " + duration + "; Ctrl-C ends it sooner");
      }
      Pause.of(time);
      close();
    }

    /** Whoever interrupts it waits until all servers are set, to find all of them so. */
    private synchronized long begin() {
      before = servers.prepare(wanted);
      return servers.set(before, wanted);
    }

    private synchronized void close() {
      InspectionSwitch.Before was = before;
      before = null;
      if (was != null) {
        servers.restore(was);
      }
    }

    private static void forget(Thread ending) {
      try {
        Runtime.getRuntime().removeShutdownHook(ending);
      } catch (IllegalStateException e) {
        // The process is ending, and the hook has set everything back.
      }
    }
  }

  private static InspectionLevel level(String name) {
    return InspectionLevel.find(name)
        .orElseThrow(() -> usage("LEVEL is \"" + name + "\"", "It is off, statements or rows."));
  }

  private static Optional<Duration> time(String option, @Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    Matcher matcher = TIME.matcher(text);
    if (!matcher.matches()) {
      throw usage(option + " is \"" + text + "\"", "It is a time like 30s, 10m or 1h.");
    }
    long number = Long.parseLong(matcher.group(1));
    return Optional.of(
        switch (matcher.group(2)) {
          case "h" -> Duration.ofHours(number);
          case "m" -> Duration.ofMinutes(number);
          default -> Duration.ofSeconds(number);
        });
  }

  private static void requirePace(Optional<Duration> time, Optional<Duration> pace) {
    if (pace.isPresent() && time.filter(t -> t.compareTo(pace.get()) < 0).isEmpty()) {
      throw usage("--every needs a shorter --for", "Say both: --every 1m --for 5s.");
    }
  }

  private static PppException unsaid() {
    return usage(
        "shards.yaml has no \"inspection\", and these servers are not ppp's",
        "Say the level: `ppp inspection set statements`.");
  }
}
