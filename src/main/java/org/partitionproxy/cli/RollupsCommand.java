package org.partitionproxy.cli;

import org.partitionproxy.console.RollupsView;
import org.partitionproxy.rollup.Rollups;
import org.partitionproxy.rollup.RollupsSeen;
import picocli.CommandLine.Command;

/** {@code ppp rollups}: the materialized views that are kept fresh. */
@Command(
    name = "rollups",
    description = {
      "Shows the rollups of all tenants: how old what they show is, how long the last refresh",
      "took, their sizes, rows written to their tables since, and whether readers wait meanwhile."
    },
    subcommands = RollupsRefreshCommand.class)
final class RollupsCommand extends OnRollups {

  @Override
  public Integer call() {
    Workspace workspace = Workspace.open(common, "rollups");
    RollupsSeen seen =
        new Rollups(workspace.topology(), workspace.connector(), jobs.jobs)
            .look(selection.selection(), named(workspace.topology()));
    console.out(output.json() ? RollupsView.json(seen) : RollupsView.render(seen));
    console.problems(seen.problems());
    return seen.exitCode().status();
  }
}
