package org.partitionproxy.cli;

import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.Callable;
import org.partitionproxy.console.ProgressLine;
import org.partitionproxy.console.WorkflowView;
import org.partitionproxy.convert.Conversion;
import org.partitionproxy.convert.InPlaceConversion;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.workflow.Workflow;
import org.partitionproxy.workflow.WorkflowListener;
import org.partitionproxy.workflow.Workflows;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ppp workflows}: long work in steps, and the ways to go on with it. */
@Command(
    name = "workflows",
    description = {
      "Lists long work in steps, as conversions of tables: what is under way, was cut short, or",
      "waits for its end."
    },
    subcommands = {
      WorkflowsCommand.Show.class,
      WorkflowsCommand.Resume.class,
      WorkflowsCommand.Abort.class,
      WorkflowsCommand.Finish.class
    })
final class WorkflowsCommand implements Callable<Integer> {

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin Console console = new Console();

  @Option(names = "--all", description = "Those that are over, too.")
  boolean all;

  /** Every kind of workflow that ppp knows. */
  static Workflows of(Workspace workspace, ProgressLine progress, WorkflowListener listener) {
    return new Workflows(
        workspace.topology(),
        workspace.connector(),
        List.of(
            new Conversion(
                new ConversionProgress(progress), new TenantSurroundings(workspace, progress)),
            new InPlaceConversion(
                new ConversionProgress(progress), new TenantSurroundings(workspace, progress))),
        listener);
  }

  @Override
  public Integer call() {
    Workspace workspace = Workspace.open(common, "workflows");
    try (ProgressLine progress = console.progress()) {
      Workflows.Listing listing = of(workspace, progress, WorkflowListener.SILENT).all();
      List<Workflow> shown =
          listing.workflows().stream().filter(w -> all || !w.state().isOver()).toList();
      console.out(
          output.json()
              ? WorkflowView.json(shown)
              : WorkflowView.list(shown, ZoneId.systemDefault()));
      console.problems(listing.problems());
      return (listing.problems().isEmpty() ? ExitCode.DONE : ExitCode.UNREACHABLE).status();
    }
  }

  /** What is done with one of them. */
  private abstract static class OnWorkflow implements Callable<Integer> {

    @Mixin CommonOptions common = new CommonOptions();
    @Mixin OutputOption output = new OutputOption();
    @Mixin Console console = new Console();

    @Parameters(paramLabel = "ID", description = "As in `ppp workflows`.")
    String id = "";

    abstract Workflow done(Workflows workflows);

    @Override
    public final Integer call() {
      Workspace workspace = Workspace.open(common, "workflows");
      try (ProgressLine progress = console.progress()) {
        WorkflowWatch watch = new WorkflowWatch(progress);
        Workflow workflow = watch.during(() -> done(of(workspace, progress, watch)));
        progress.finish();
        console.out(
            output.json()
                ? WorkflowView.json(workflow)
                : WorkflowView.show(workflow, ZoneId.systemDefault()));
      }
      return ExitCode.DONE.status();
    }
  }

  /** {@code ppp workflows show}. */
  @Command(name = "show", description = "Shows a workflow with its steps.")
  static final class Show extends OnWorkflow {

    @Override
    Workflow done(Workflows workflows) {
      return workflows.require(id);
    }
  }

  /** {@code ppp workflows resume}. */
  @Command(
      name = "resume",
      description = "Goes on with a workflow that failed, or whose process was killed.")
  static final class Resume extends OnWorkflow {

    @Override
    Workflow done(Workflows workflows) {
      return workflows.resume(id);
    }
  }

  /** {@code ppp workflows abort}. */
  @Command(
      name = "abort",
      description = "Undoes a workflow that is not finished: everything is as it was before.")
  static final class Abort extends OnWorkflow {

    @Override
    Workflow done(Workflows workflows) {
      return workflows.abort(id);
    }
  }

  /** {@code ppp workflows finish}. */
  @Command(
      name = "finish",
      description = "Ends a workflow that waits for it, and drops what it kept: old tables.")
  static final class Finish extends OnWorkflow {

    @Mixin Consent consent = new Consent();

    /** Nobody is asked about a workflow that isn't there. */
    @Override
    Workflow done(Workflows workflows) {
      Workflow workflow = workflows.require(id);
      consent.require(
          console,
          id,
          "drops what workflow \"%s\" has kept of %s of tenant %s"
              .formatted(id, workflow.subject(), workflow.tenant()));
      return workflows.finish(id);
    }
  }
}
