package org.partitionproxy.cli;

import static org.partitionproxy.cli.Usage.usage;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.PartitionsView;
import org.partitionproxy.console.ProgressLine;
import org.partitionproxy.convert.Conversion;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.partition.FindingCondition;
import org.partitionproxy.partition.Maintainer;
import org.partitionproxy.partition.PartitionedTable;
import org.partitionproxy.partition.ShardJob;
import org.partitionproxy.partition.TablesSeen;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.workflow.WorkflowListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ppp partitions}: the partitioned tables of all tenants. */
@Command(
    name = "partitions",
    description = {
      "Shows the partitioned tables of all tenants: how far ahead partitions stand ready, gaps,",
      "rows in default partitions, sizes, and what maintenance does next."
    },
    footer = {
      "",
      "Exit status: 0 done, and no --fail-if is true; 10 one is; 4 a shard cannot be reached, so",
      "that nobody knows (what is true elsewhere is shown)."
    },
    subcommands = {PartitionsMaintainCommand.class, PartitionsConvertCommand.class})
final class PartitionsCommand implements Callable<Integer> {

  @Parameters(paramLabel = "TABLE", arity = "0..1", description = "Only tables of this name.")
  @Nullable String table;

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin SelectionOptions selection = new SelectionOptions();
  @Mixin JobsOption jobs = new JobsOption();
  @Mixin Console console = new Console();

  @Option(names = "--bounds", description = "Show every partition with its bound.")
  boolean bounds;

  @Option(
      names = "--fail-if",
      paramLabel = "CONDITION",
      description = {
        "Show only tables of which this is true, and exit with",
        "10 if there are some: 'ahead < 3', 'gaps > 0',",
        "'default > 0'; may be repeated."
      })
  List<String> failIf = List.of();

  @Override
  public Integer call() {
    List<FindingCondition> conditions = failIf.stream().map(PartitionsCommand::condition).toList();
    Workspace workspace = Workspace.open(common, "partitions");
    TablesSeen seen =
        new Maintainer(workspace.topology(), workspace.connector(), jobs.jobs)
            .look(selection.selection());
    List<PartitionedTable> tables = named(seen);
    if (!conditions.isEmpty()) {
      tables = tables.stream().filter(t -> conditions.stream().anyMatch(c -> c.holds(t))).toList();
    }
    console.out(show(tables, jobs(seen), seen.problems(), conditions));
    if (conditions.isEmpty()) {
      tellOfConversions(workspace);
    }
    console.problems(seen.problems());
    if (!seen.problems().isEmpty()) {
      return seen.problems().get(0).code().exitCode().status();
    }
    return (conditions.isEmpty() || tables.isEmpty() ? ExitCode.DONE : ExitCode.FINDINGS).status();
  }

  /** Their tables are not partitions of anything yet, or no longer in use. */
  private void tellOfConversions(Workspace workspace) {
    try (ProgressLine progress = console.progress()) {
      WorkflowsCommand.of(workspace, progress, WorkflowListener.SILENT).all().workflows().stream()
          .filter(w -> w.kind().equals(Conversion.KIND) && !w.state().isOver())
          .forEach(w -> console.err("note: " + Conversion.whereabouts(w) + "\n"));
    }
  }

  private String show(
      List<PartitionedTable> tables,
      List<ShardJob> jobs,
      List<Diagnostic> problems,
      List<FindingCondition> conditions) {
    if (output.json()) {
      return PartitionsView.json(tables, jobs, bounds, problems);
    }
    if (!conditions.isEmpty() && tables.isEmpty()) {
      return "";
    }
    return bounds
        ? PartitionsView.bounds(tables)
        : PartitionsView.render(tables, conditions.isEmpty() ? jobs : List.of());
  }

  /** Those for the table, if one is named. */
  private List<ShardJob> jobs(TablesSeen seen) {
    if (table == null) {
      return seen.jobs();
    }
    String command = ScheduledJob.MARK + ScheduledJob.making(Identifier.of(table));
    return seen.jobs().stream()
        .filter(one -> one.history().job().command().equals(command))
        .toList();
  }

  private List<PartitionedTable> named(TablesSeen seen) {
    if (table == null) {
      return seen.tables();
    }
    String name = table;
    List<PartitionedTable> tables =
        seen.tables().stream().filter(one -> one.name().name().value().equals(name)).toList();
    if (tables.isEmpty() && seen.problems().isEmpty()) {
      throw new PppException(
          Diagnostic.error(
              Code.UNKNOWN_TARGET,
              "no partitioned table is called \"" + name + "\"",
              "`ppp partitions` shows all there are."));
    }
    return tables;
  }

  private static FindingCondition condition(String text) {
    return FindingCondition.parse(text)
        .orElseThrow(
            () ->
                usage(
                    "--fail-if is \"" + text + "\"",
                    "It is ahead, gaps or default, then <, <=, =, >= or >, then a number:"
                        + " 'ahead < 3'."));
  }
}
