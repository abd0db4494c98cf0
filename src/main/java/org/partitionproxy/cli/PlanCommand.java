package org.partitionproxy.cli;

import java.util.concurrent.Callable;
import org.partitionproxy.console.PlanView;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.plan.Plan;
import org.partitionproxy.provision.Provisioner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ppp plan}: what {@code ppp initialize} would do. */
@Command(
    name = "plan",
    description = {
      "Shows what initialize would do, and changes nothing.",
      "+ is made, ~ is altered, - is dropped."
    })
final class PlanCommand implements Callable<Integer> {

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin StagesOption stages = new StagesOption();
  @Mixin Console console = new Console();

  @Option(names = "--sql", description = "Show the statements too, without passwords.")
  boolean sql;

  @Option(names = "--exit-code", description = "End with 10 if there is anything to do.")
  boolean exitCode;

  @Override
  public Integer call() {
    Workspace workspace = Workspace.open(common, "plan");
    try (Provisioner provisioner = workspace.provisioner()) {
      Plan plan = provisioner.plan().only(stages.stages());
      console.out(
          output.json()
              ? PlanView.json(plan)
              : new PlanView(console.outColors(), sql).render(plan));
      console.problems(plan.refusals());
      console.problems(plan.unreachable());
      return status(plan).status();
    }
  }

  private ExitCode status(Plan plan) {
    if (!plan.refusals().isEmpty()) {
      return ExitCode.REFUSED;
    }
    if (!plan.unreachable().isEmpty()) {
      return ExitCode.UNREACHABLE;
    }
    return exitCode && !plan.isDone() ? ExitCode.FINDINGS : ExitCode.DONE;
  }
}
