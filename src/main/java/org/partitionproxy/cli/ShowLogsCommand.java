package org.partitionproxy.cli;

import static org.partitionproxy.cli.Usage.usage;

import java.io.PrintWriter;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.DiagnosticView;
import org.partitionproxy.console.LogJsonView;
import org.partitionproxy.console.LogView;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.inspect.LogEntry;
import org.partitionproxy.inspect.LogQuery;
import org.partitionproxy.inspect.LogTally;
import org.partitionproxy.inspect.LogWatch;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Target;
import org.partitionproxy.topology.Topology;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ppp show-logs TARGET}: the statements that a server was asked, newest last. */
@Command(
    name = "show-logs",
    description = {
      "Shows the statements that a server was asked, newest last.",
      "Of a tenant: those of its role on its shard, or that name a relation of its schema."
    })
final class ShowLogsCommand implements Callable<Integer> {

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Spec @Nullable CommandSpec spec;

  @Parameters(paramLabel = "TARGET", description = "veneer, a tenant or a shard.")
  String target = "";

  @Option(
      names = {"-f", "--follow"},
      description = "Show what comes, too, until interrupted.")
  boolean follow;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Nothing older: 10m, 1h30m, 2d, 2026-11-20, 2026-11-20T10:00:00Z.")
  @Nullable String since;

  @Option(
      names = "--grep",
      paramLabel = "REGEX",
      description = "Only statements in which this is found (a Java pattern).")
  @Nullable String grep;

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      defaultValue = "100",
      description = "At most so many from before now, the newest. Default: ${DEFAULT-VALUE}")
  int limit = 100;

  @Option(names = "--forwarded", description = "Only what a veneer asked.")
  boolean forwarded;

  @Option(names = "--errors", description = "Only what failed; refused connections, too.")
  boolean errors;

  @Option(
      names = "--by-session",
      description = "Session after session, those of a veneer's session together.")
  boolean bySession;

  @Option(
      names = {"-a", "--all"},
      description = "Everything in the server's log: others' and ppp's own, connections, …")
  boolean all;

  @Override
  public Integer call() {
    Clock clock = Clock.system(ZoneId.systemDefault());
    Optional<Instant> from = Usage.since(since, clock);
    Optional<Pattern> pattern = readGrep();
    if (limit < 0) {
      throw usage("--limit is \"" + limit + "\"", "It is a number of entries, 0 or more.");
    }
    if (bySession && (follow || output.json())) {
      throw usage(
          "--by-session goes with neither --follow nor --output json",
          "It has to know all entries before it shows the first; JSON has the sessions as"
              + " \"session\" and \"veneer_session\".");
    }
    Workspace workspace = Workspace.open(common, "show-logs");
    Topology topology = workspace.topology();
    Target place = Target.require(topology, target);
    ServerDefinition server = place.server();
    LogQuery query =
        new LogQuery(server, place.tenant(), all, forwarded, errors, from, pattern, limit);
    Screen screen = new Screen(server, clock.getZone());
    LogWatch watch = new LogWatch(() -> workspace.connector().superuser(server), query, screen);
    if (follow) {
      follow(watch, screen);
    } else {
      watch.once();
    }
    screen.end(watch.tally());
    return 0;
  }

  /** Ctrl-C ends it as it ends any program, after the word about what was left out. */
  private static void follow(LogWatch watch, Screen screen) {
    Thread ending = new Thread(() -> screen.end(watch.tally()));
    Runtime.getRuntime().addShutdownHook(ending);
    try {
      watch.follow();
    } finally {
      Runtime.getRuntime().removeShutdownHook(ending);
    }
  }

  private Optional<Pattern> readGrep() {
    try {
      return Optional.ofNullable(grep).map(Pattern::compile);
    } catch (PatternSyntaxException e) {
      throw usage(
          "--grep is \"" + e.getPattern() + "\": " + e.getDescription(),
          "It is a Java regular expression; \\Q…\\E takes a text as it is.");
    }
  }

  /** Entries on stdout, the rest on stderr. */
  private final class Screen implements LogWatch.Listener {
    private final ServerDefinition server;
    private final Function<List<LogEntry>, String> view;
    private final PrintWriter out;
    private final PrintWriter err;

    Screen(ServerDefinition server, ZoneId zone) {
      this.server = server;
      LogView text = new LogView(zone);
      this.view =
          output.json()
              ? new LogJsonView(server.name().value())::render
              : bySession ? text::renderBySession : text::render;
      this.out = java.util.Objects.requireNonNull(spec).commandLine().getOut();
      this.err = spec.commandLine().getErr();
    }

    @Override
    public void warn(List<Diagnostic> warnings) {
      err.print(DiagnosticView.render(warnings));
      err.flush();
    }

    @Override
    public boolean show(List<LogEntry> entries) {
      if (!entries.isEmpty()) {
        out.print(view.apply(entries));
      }
      return !out.checkError();
    }

    @Override
    public void disconnected(SqlFailure reason) {
      err.println(reason.diagnostics().get(0).summary() + "; waiting for it");
      err.flush();
    }

    @Override
    public void reconnected() {
      err.println("server \"" + server.name() + "\" answers again");
      err.flush();
    }

    void end(LogTally tally) {
      if (since != null && tally.limited()) {
        err.println("only the newest " + limit + " since then are shown; --limit N shows more");
      }
      note(tally.leftOut(), "other statement", " on " + server.name(), "; --all shows them");
      note(tally.unreadable(), "line", " of the log of " + server.name(), ": not JSON");
      note(tally.tooLong(), "line", " of the log of " + server.name(), ": over 16 MiB");
      err.flush();
    }

    private void note(long count, String what, String where, String why) {
      if (count > 0) {
        boolean one = count == 1;
        err.println(
            count
                + " "
                + what
                + (one ? "" : "s")
                + where
                + (one ? " was" : " were")
                + " left out"
                + why);
      }
    }
  }
}
