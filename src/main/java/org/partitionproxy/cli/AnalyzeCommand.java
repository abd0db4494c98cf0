package org.partitionproxy.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.partitionproxy.console.AnalysisView;
import org.partitionproxy.console.ProgressLine;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.provision.Analysis;
import org.partitionproxy.provision.AnalysisResult;
import org.partitionproxy.provision.Provisioner;
import org.partitionproxy.topology.TenantSelection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ppp analyze}: has the veneer's statistics follow the shards' tables. */
@Command(
    name = "analyze",
    description = {
      "Analyzes the veneer's foreign tables whose tables on the shards have changed much:",
      "more than 50 rows and a tenth of the table since the last time. Without statistics that",
      "fit, the veneer's planner fetches rows where it could let the shard join them."
    },
    footer = {"", "To be run now and then, as by cron; it waits for nobody but other runs of ppp."})
final class AnalyzeCommand implements Callable<Integer> {

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin SelectionOptions selection = new SelectionOptions();
  @Mixin JobsOption jobs = new JobsOption();
  @Mixin Console console = new Console();

  @Option(names = "--all", description = "Those that have not changed, too.")
  boolean all;

  @Option(names = "--dry-run", description = "Show what would be analyzed, and change nothing.")
  boolean dryRun;

  @Override
  public Integer call() {
    Instant start = Instant.now();
    TenantSelection chosen = selection.selection();
    Workspace workspace = Workspace.open(common, "analyze");
    try (Provisioner provisioner = workspace.provisioner(jobs.jobs);
        ProgressLine progress = console.progress()) {
      if (dryRun) {
        return show(provisioner.planAnalysis(chosen, all));
      }
      AnalysisResult result =
          Interruption.advisedOn(
              progress::say,
              () ->
                  provisioner.analyze(
                      chosen,
                      all,
                      Operator.origin("analyze", workspace.topology()),
                      new RunProgress(progress)));
      progress.finish();
      Duration took = Duration.between(start, Instant.now());
      console.out(
          output.json() ? AnalysisView.json(result, took) : AnalysisView.render(result, took));
      note(result.notes());
      console.problems(result.outcome().diagnostics());
      return result.outcome().exitCode().status();
    }
  }

  private int show(Analysis analysis) {
    console.out(output.json() ? AnalysisView.json(analysis) : AnalysisView.render(analysis));
    note(analysis.notes());
    console.problems(analysis.unreachable());
    return (analysis.unreachable().isEmpty() ? ExitCode.DONE : ExitCode.UNREACHABLE).status();
  }

  private void note(List<String> notes) {
    notes.forEach(note -> console.err("note: " + note + "\n"));
  }
}
