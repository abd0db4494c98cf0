package org.partitionproxy.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.RollupsView;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.diagnostic.Suggestion;
import org.partitionproxy.rollup.Rollups;
import org.partitionproxy.rollup.RollupsSeen;
import org.partitionproxy.topology.RollupRules;
import org.partitionproxy.topology.Topology;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ppp rollups}: the materialized views that are kept fresh. */
@Command(
    name = "rollups",
    description = {
      "Shows the rollups of all tenants: how old what they show is, how long the last refresh",
      "took, their sizes, rows written to their tables since, and whether readers wait meanwhile."
    },
    subcommands = RollupsRefreshCommand.class)
final class RollupsCommand implements Callable<Integer> {

  @Parameters(paramLabel = "NAME", arity = "0..1", description = "Only rollups of this name.")
  @Nullable String name;

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin SelectionOptions selection = new SelectionOptions();
  @Mixin JobsOption jobs = new JobsOption();
  @Mixin Console console = new Console();

  @Override
  public Integer call() {
    Workspace workspace = Workspace.open(common, "rollups");
    RollupsSeen seen =
        new Rollups(workspace.topology(), workspace.connector(), jobs.jobs)
            .look(selection.selection(), named(workspace.topology(), name));
    console.out(output.json() ? RollupsView.json(seen) : RollupsView.render(seen));
    console.problems(seen.problems());
    return seen.exitCode().status();
  }

  /**
   * @param name empty for all
   */
  static List<RollupRules> named(Topology topology, @Nullable String name) {
    if (name == null) {
      return topology.rollups();
    }
    List<RollupRules> some =
        topology.rollups().stream().filter(r -> r.view().value().equals(name)).toList();
    if (some.isEmpty()) {
      List<String> names = topology.rollups().stream().map(r -> r.view().value()).toList();
      throw new PppException(
          Diagnostic.error(
              Code.UNKNOWN_TARGET,
              "no rollup is called \"" + name + "\"",
              names.isEmpty()
                  ? "shards.yaml has none under rollups:."
                  : "Those of shards.yaml are "
                      + String.join(", ", names)
                      + "."
                      + Suggestion.didYouMean(name, names)));
    }
    return some;
  }
}
