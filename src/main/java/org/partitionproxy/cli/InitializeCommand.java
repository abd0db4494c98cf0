package org.partitionproxy.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.partitionproxy.console.OutcomeView;
import org.partitionproxy.console.ProgressLine;
import org.partitionproxy.provision.Outcome;
import org.partitionproxy.provision.Provisioner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ppp initialize}: makes the servers match shards.yaml. */
@Command(
    name = "initialize",
    description = {
      "Makes the servers match shards.yaml. Run it again at any time.",
      "It makes databases, roles, schemas and grants, runs the migrations, and gives the veneer its",
      "foreign servers, user mappings and foreign tables."
    })
final class InitializeCommand implements Callable<Integer> {

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin JobsOption jobs = new JobsOption();
  @Mixin StagesOption stages = new StagesOption();
  @Mixin Console console = new Console();

  @Override
  public Integer call() {
    Instant start = Instant.now();
    Workspace workspace = Workspace.open(common, "initialize");
    try (Provisioner provisioner = workspace.provisioner(jobs.jobs);
        ProgressLine progress = console.progress()) {
      Outcome outcome =
          Interruption.advisedOn(
              progress::say,
              () ->
                  provisioner.initialize(
                      stages.stages(),
                      Operator.origin("initialize", workspace.topology()),
                      new RunProgress(progress)));
      progress.finish();
      Duration took = Duration.between(start, Instant.now());
      console.out(
          output.json() ? OutcomeView.json(outcome, took) : OutcomeView.render(outcome, took));
      outcome.plan().notes().forEach(note -> console.err("note: " + note + "\n"));
      console.problems(outcome.diagnostics());
      return outcome.exitCode().status();
    }
  }
}
