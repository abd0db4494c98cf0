package org.partitionproxy.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.ConversionView;
import org.partitionproxy.console.ProgressLine;
import org.partitionproxy.console.WorkflowView;
import org.partitionproxy.convert.ConversionPlan;
import org.partitionproxy.convert.ConversionRequest;
import org.partitionproxy.convert.Conversions;
import org.partitionproxy.convert.Every;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.ledger.Origin;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.workflow.Workflow;
import org.partitionproxy.workflow.Workflows;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code ppp partitions convert}: turns tables with rows into partitioned ones. */
@Command(
    name = "convert",
    description = {
      "Turns tables of a tenant into partitioned ones while applications read and write them.",
      "Several that refer to each other are converted together. The old tables are kept until",
      "`ppp workflows finish`."
    },
    footer = {
      "",
      "Killed or failed anywhere: `ppp workflows resume ID` goes on, `abort` undoes it.",
      "Exit status: 0 done, 5 refused, 7 stopped part-way."
    })
final class PartitionsConvertCommand implements Callable<Integer> {

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin Console console = new Console();
  @Mixin JobsOption jobs = new JobsOption();
  @Mixin Consent consent = new Consent();

  @Parameters(paramLabel = "TABLE", arity = "1..*", description = "Tables of the tenant's schema.")
  List<String> tables = List.of();

  @Option(names = "--tenant", paramLabel = "NAME", required = true, description = "The tenant.")
  String tenant = "";

  @Option(
      names = "--by",
      paramLabel = "COLUMN",
      required = true,
      description = "The column by whose ranges: a time, a date or a whole number.")
  String by = "";

  @Option(
      names = "--every",
      paramLabel = "RANGE",
      required = true,
      description = {
        "The length of a range: '10 minutes', '1 day', month;",
        "or a number, for ranges of numbers."
      })
  String every = "";

  @Option(
      names = "--zone",
      paramLabel = "ZONE",
      defaultValue = "UTC",
      description = "Where days begin. Default: ${DEFAULT-VALUE}")
  String zone = "UTC";

  @Option(
      names = "--ahead",
      paramLabel = "N",
      defaultValue = "6",
      description = {
        "Ranges after the present one that get a partition, too;",
        "0 for those only that rows are in. Default: ${DEFAULT-VALUE}"
      })
  int ahead = 6;

  @Option(
      names = "--order-by",
      paramLabel = "COLUMN",
      split = ",",
      description = "Columns by which rows are laid down in partitions.")
  List<String> orderBy = List.of();

  @Option(
      names = "--widen-keys",
      description = "Let unique keys get the partition key, as the primary key does.")
  boolean widenKeys;

  @Option(
      names = "--in-place",
      description = {
        "Copy nothing: the table becomes the partition of its past,",
        "and new partitions follow. For one table."
      })
  boolean inPlace;

  @Option(
      names = "--add-key-columns",
      description = {
        "Add the columns that foreign keys to the tables will need, fill them,",
        "and leave a trigger that fills them where they are left out."
      })
  boolean addKeyColumns;

  @Option(
      names = "--max-wait",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = {
        "Give up where no moment is found for so long in which",
        "nobody uses the tables. Default: ${DEFAULT-VALUE}"
      })
  int maxWait = 60;

  @Option(
      names = "--max-lag",
      paramLabel = "SECONDS",
      description = "Copy nothing while a standby is further behind.")
  @Nullable Integer maxLag;

  @Option(
      names = "--pause-above-load",
      paramLabel = "N",
      description = "Copy nothing while more sessions are busy.")
  @Nullable Integer pauseAboveLoad;

  @Option(names = "--dry-run", description = "Show what would be done, and change nothing.")
  boolean dryRun;

  @Override
  public Integer call() {
    Workspace workspace = Workspace.open(common, "convert");
    Tenant chosen = tenant(workspace);
    ConversionRequest request = request(chosen);
    Conversions conversions =
        new Conversions(workspace.topology(), workspace.connector(), chosen, workspace::freeSpace);
    ConversionPlan plan = conversions.plan(request);
    if (dryRun) {
      console.out(output.json() ? ConversionView.json(plan) : ConversionView.render(plan));
      Conversions.requireFeasible(plan);
      return ExitCode.DONE.status();
    }
    Conversions.requireFeasible(plan);
    console.err(ConversionView.render(plan));
    consent.require(console, tenant, "converts what is listed above");
    try (ProgressLine progress = console.progress()) {
      WorkflowWatch watch = new WorkflowWatch(progress);
      Workflows workflows = WorkflowsCommand.of(workspace, progress, watch);
      Origin origin = Operator.origin("convert", workspace.topology());
      Workflow done =
          watch.during(
              () ->
                  conversions.convert(request, plan, workflows, origin.operator(), origin.host()));
      progress.finish();
      console.out(
          output.json()
              ? WorkflowView.json(done)
              : WorkflowView.show(done, ZoneId.systemDefault()));
    }
    return ExitCode.DONE.status();
  }

  private Tenant tenant(Workspace workspace) {
    return workspace
        .topology()
        .findTenant(tenant)
        .orElseThrow(
            () ->
                new PppException(
                    Diagnostic.error(
                        Code.UNKNOWN_TARGET,
                        "there is no tenant \"" + tenant + "\" in shards.yaml",
                        "`ppp status` lists the tenants.")));
  }

  private ConversionRequest request(Tenant chosen) {
    if (inPlace && tables.size() > 1) {
      throw wrong("--in-place converts one table at a time");
    }
    try {
      return new ConversionRequest(
          chosen.schema(),
          tables.stream().distinct().map(Identifier::of).toList(),
          Identifier.of(by),
          Every.parse(every)
              .orElseThrow(
                  () ->
                      wrong(
                          "--every is \""
                              + every
                              + "\"; give it as '10 seconds', '1 day', month,"
                              + " or a number above 0 for ranges of numbers")),
          ZoneId.of(zone),
          ahead,
          orderBy.stream().map(Identifier::of).toList(),
          widenKeys,
          inPlace,
          addKeyColumns,
          Math.max(1, jobs.jobs),
          Duration.ofSeconds(maxWait),
          Optional.ofNullable(maxLag).map(Duration::ofSeconds),
          Optional.ofNullable(pauseAboveLoad));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(console.spec.commandLine(), message);
  }
}
