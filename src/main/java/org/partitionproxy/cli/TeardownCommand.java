package org.partitionproxy.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.partitionproxy.console.OutcomeView;
import org.partitionproxy.console.PlanView;
import org.partitionproxy.console.ProgressLine;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.plan.Plan;
import org.partitionproxy.provision.Outcome;
import org.partitionproxy.provision.Provisioner;
import org.partitionproxy.provision.TeardownRequest;
import org.partitionproxy.server.RuntimeKind;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ppp teardown}: removes what ppp made. */
@Command(
    name = "teardown",
    description = {
      "Removes what ppp made on the veneer: of some tenants, or all of it.",
      "The shards keep everything unless --drop-data is given. What ppp did not make stays."
    })
final class TeardownCommand implements Callable<Integer> {

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin Console console = new Console();
  @Mixin Consent consent = new Consent();

  @ArgGroup(multiplicity = "1")
  Which which = new Which();

  static final class Which {
    @Option(
        names = "--tenant",
        paramLabel = "NAME",
        description = "This tenant (repeatable), in shards.yaml or no longer in it.")
    List<String> tenants = List.of();

    @Option(names = "--all", description = "Every tenant, and all else that ppp made.")
    boolean all;
  }

  @Option(
      names = "--drop-data",
      description = "Drop the tenants' schemas on the shards too, with all data in them.")
  boolean dropData;

  @Override
  public Integer call() {
    Instant start = Instant.now();
    Workspace workspace = Workspace.open(common, "teardown");
    TeardownRequest request =
        new TeardownRequest(
            which.tenants, which.all, dropData, workspace.runtime().kind() == RuntimeKind.EXTERNAL);
    try (Provisioner provisioner = workspace.provisioner();
        ProgressLine progress = console.progress()) {
      Plan plan = provisioner.planTeardown(request);
      boolean nothing = plan.refusals().isEmpty() && plan.count() == 0;
      if (!plan.refusals().isEmpty() || nothing) {
        return end(
            new Outcome(plan, 0, List.of(), List.of(), Optional.empty(), plan.unreachable()),
            start);
      }
      console.err(new PlanView(console.terminal().errColors(), false).render(plan));
      consent.require(console, workspace.topology().name(), "drops what is listed above");
      Outcome outcome =
          Interruption.advisedOn(
              progress::say,
              () ->
                  provisioner.tearDown(
                      request,
                      Operator.origin("teardown", workspace.topology()),
                      new RunProgress(progress)));
      progress.finish();
      return end(outcome, start);
    }
  }

  private int end(Outcome outcome, Instant start) {
    Duration took = Duration.between(start, Instant.now());
    if (output.json()) {
      console.out(OutcomeView.json(outcome, took));
    } else if (outcome.plan().count() == 0 && outcome.exitCode() == ExitCode.DONE) {
      outcome.plan().notes().forEach(note -> console.err("note: " + note + "\n"));
      console.out("Nothing to do: ppp has nothing there.\n");
    } else {
      console.out(OutcomeView.render(outcome, took));
    }
    console.problems(outcome.diagnostics());
    return outcome.exitCode().status();
  }
}
