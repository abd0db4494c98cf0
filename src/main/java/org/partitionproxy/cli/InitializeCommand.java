package org.partitionproxy.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.partitionproxy.console.OutcomeView;
import org.partitionproxy.console.ProgressLine;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.provision.Outcome;
import org.partitionproxy.provision.Provisioner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ppp initialize}: makes the servers match shards.yaml. */
@Command(
    name = "initialize",
    description = {
      "Makes the servers match shards.yaml: databases, roles, schemas, grants, migrations,",
      "foreign servers, user mappings, foreign tables. Run it again at any time."
    })
final class InitializeCommand implements Callable<Integer> {

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin JobsOption jobs = new JobsOption();
  @Mixin Console console = new Console();

  @Option(
      names = "--only",
      paramLabel = "STAGE",
      description = "Only this part (repeatable): ${COMPLETION-CANDIDATES}",
      completionCandidates = StageNames.class,
      converter = StageNames.class)
  List<Stage> only = List.of();

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
                      PlanCommand.stages(only),
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
