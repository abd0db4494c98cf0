package org.partitionproxy.cli;

import static org.partitionproxy.cli.Usage.usage;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.RollupsView;
import org.partitionproxy.db.Pause;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.rollup.Rollups;
import org.partitionproxy.rollup.RollupsSeen;
import org.partitionproxy.topology.RollupRules;
import org.partitionproxy.trace.TimeSpan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ppp rollups refresh}: refreshes rollups now. */
@Command(
    name = "refresh",
    description = {
      "Refreshes rollups now, whenever their turn is; not one that is being refreshed already.",
      "Readers go on where the view has a unique index, and wait elsewhere."
    },
    footer = {
      "",
      "What fails for one tenant stops no other.",
      "Exit status: 0 done or nothing to do, 4 a shard cannot be reached, 7 something was not done."
    })
final class RollupsRefreshCommand extends OnRollups {

  @Option(
      names = "--changed",
      description = "Only those whose tables were written to since the last time.")
  boolean changed;

  @Option(
      names = "--watch",
      paramLabel = "TIME",
      description = "Those that changed, again and again, until Ctrl-C: 5s.")
  @Nullable String watch;

  @Override
  public Integer call() {
    Duration pause = pause();
    Workspace workspace = Workspace.open(common, "rollups refresh");
    List<RollupRules> some = named(workspace.topology());
    Rollups rollups = new Rollups(workspace.topology(), workspace.connector(), jobs.jobs);
    Set<String> told = new HashSet<>();
    RollupsSeen last;
    do {
      last = rollups.refresh(selection.selection(), some, changed || !pause.isZero());
      tell(last, !pause.isZero(), told);
    } while (!pause.isZero() && Pause.of(pause));
    return last.exitCode().status();
  }

  /** In a watch a problem is told once, until it is gone. */
  private void tell(RollupsSeen done, boolean watched, Set<String> told) {
    if (output.json() ? !watched || !done.refreshed().isEmpty() : !done.refreshed().isEmpty()) {
      console.out(output.json() ? RollupsView.jsonOfRun(done) : RollupsView.refreshed(done));
    } else if (!watched && done.problems().isEmpty()) {
      console.line("Nothing to do: nothing was refreshed.");
    }
    console.problems(done.problems().stream().filter(p -> !told.contains(p.summary())).toList());
    told.clear();
    told.addAll(done.problems().stream().map(Diagnostic::summary).collect(Collectors.toSet()));
  }

  /** Zero for none. */
  private Duration pause() {
    return watch == null
        ? Duration.ZERO
        : TimeSpan.parse(watch)
            .filter(time -> time.toMillis() >= 100)
            .orElseThrow(
                () ->
                    usage(
                        "--watch is \"" + watch + "\"",
                        "It is a number with a unit: 5s, 60s, 5min."));
  }
}
