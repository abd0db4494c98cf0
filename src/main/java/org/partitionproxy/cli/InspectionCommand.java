package org.partitionproxy.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.partitionproxy.console.InspectionView;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.inspect.Inspection;
import org.partitionproxy.inspect.InspectionSwitch;
import org.partitionproxy.inspect.ServerInspection;
import org.partitionproxy.server.RuntimeKind;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ppp inspection}: what servers log of what they are asked. */
@Command(
    name = "inspection",
    description = {
      "Shows what each server logs, what is missing for the level in shards.yaml with the",
      "statements that mend it, and the disk that its logs take."
    },
    subcommands = InspectionSetCommand.class)
final class InspectionCommand implements Callable<Integer> {

  /** Until the script looks again, logs may grow a little over their bound. */
  private static final double TOLERATED = 1.5;

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin Console console = new Console();

  @Override
  public Integer call() {
    Workspace workspace = Workspace.open(common, "inspection");
    Inspection inspection = of(workspace).look();
    console.out(
        output.json() ? InspectionView.json(inspection) : InspectionView.render(inspection));
    console.problems(inspection.problems());
    inspection.servers().forEach(this::warn);
    boolean away = inspection.problems().stream().anyMatch(Diagnostic::isError);
    return (away ? ExitCode.UNREACHABLE : ExitCode.DONE).status();
  }

  static InspectionSwitch of(Workspace workspace) {
    boolean ownServers = workspace.runtime().kind() != RuntimeKind.EXTERNAL;
    return new InspectionSwitch(workspace.topology(), workspace.connector(), ownServers);
  }

  private void warn(ServerInspection server) {
    boolean unbound =
        server.logBytes().isPresent()
            && server.logBound().isPresent()
            && server.logBytes().get() > TOLERATED * server.logBound().get();
    if (unbound) {
      console.problems(
          List.of(
              Diagnostic.warning(
                  Code.LOGS_UNBOUND,
                  "the logs of server \"" + server.server() + "\" take more than they should",
                  "Run `ppp start`, which leaves servers that run alone: it starts again what"
                      + " deletes the oldest.")));
    }
  }
}
