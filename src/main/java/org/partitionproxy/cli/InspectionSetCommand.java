package org.partitionproxy.cli;

import static org.partitionproxy.cli.Usage.usage;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.InspectionView;
import org.partitionproxy.db.Pause;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.inspect.InspectionReader;
import org.partitionproxy.inspect.InspectionSwitch;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.Glob;
import org.partitionproxy.topology.InspectionLevel;
import org.partitionproxy.topology.TenantSelection;
import org.partitionproxy.topology.Topology;
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
      "Without --for it stays until the next `ppp inspection set`, over restarts, too; that of a",
      "role until the next one without --tenant and --role. With --for",
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

  @Option(
      names = "--tenant",
      paramLabel = "GLOB",
      description = "Only what the roles of such tenants ask; may be repeated.")
  List<String> tenants = List.of();

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      description = "Only what this role asks, by its name on the servers; may be repeated.")
  List<String> roleNames = List.of();

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
    List<Identifier> roles = roles(workspace.topology());
    if (!roles.isEmpty() && asked.isEmpty()) {
      throw usage("--tenant and --role need a level", "Say off, statements or rows.");
    }
    InspectionSwitch servers = InspectionCommand.of(workspace);
    InspectionLevel wanted = asked.or(servers::wanted).orElseThrow(InspectionSetCommand::unsaid);
    if (time.isEmpty()) {
      set(servers, asked, wanted, roles);
      console.out(
          output.json()
              ? InspectionView.json(servers.look())
              : InspectionView.render(servers.look()));
    } else {
      new Window(servers, wanted, roles).open(time.get(), pace);
    }
    return ExitCode.DONE.status();
  }

  private void set(
      InspectionSwitch servers,
      Optional<InspectionLevel> asked,
      InspectionLevel wanted,
      List<Identifier> roles) {
    InspectionSwitch.Before before = servers.prepare(wanted, roles);
    if (roles.isEmpty()) {
      servers.withdrawRoles();
    }
    if (asked.isEmpty()) {
      servers.withdraw(before);
      boolean done =
          servers.look().servers().stream()
              .allMatch(server -> server.level().equals(Optional.of(wanted)));
      if (done) {
        return;
      }
    }
    note(servers.set(before, wanted), wanted, roles);
  }

  private void note(long sessions, InspectionLevel wanted, List<Identifier> roles) {
    if (sessions == 0 || (roles.isEmpty() && wanted != InspectionLevel.ROWS)) {
      return;
    }
    String began =
        sessions + (sessions == 1 ? " session" : " sessions") + " on veneers began before: ";
    console.line(
        roles.isEmpty()
            ? began + "rows of their statements are logged from their next connection on"
            : began + "what veneers log of them changes with their next connection");
  }

  private List<Identifier> roles(Topology topology) {
    Set<Identifier> roles = new LinkedHashSet<>();
    TenantSelection selection =
        new TenantSelection(tenants.stream().map(Glob::new).toList(), List.of());
    if (!tenants.isEmpty()) {
      selection.from(topology).forEach(tenant -> roles.add(tenant.role()));
    }
    for (String name : roleNames) {
      roles.add(
          InspectionReader.roles(topology).stream()
              .filter(role -> role.value().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      usage(
                          "--role is \"" + name + "\"",
                          "It is "
                              + topology.appRole()
                              + ", "
                              + topology.adminRole()
                              + " or a tenant's role, for which there is --tenant.")));
    }
    return List.copyOf(roles);
  }

  /** A level for a while. What was before comes back once, whoever ends it. */
  private final class Window {
    private final InspectionSwitch servers;
    private final InspectionLevel wanted;
    private final List<Identifier> roles;
    private InspectionSwitch.@Nullable Before before;

    Window(InspectionSwitch servers, InspectionLevel wanted, List<Identifier> roles) {
      this.servers = servers;
      this.wanted = wanted;
      this.roles = roles;
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
        note(sessions, wanted, roles);
        console.line("level " + wanted + " for " + duration + "; Ctrl-C ends it sooner");
      }
      Pause.of(time);
      close();
    }

    /** Whoever interrupts it waits until all servers are set, to find all of them so. */
    private synchronized long begin() {
      before = servers.prepare(wanted, roles);
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
