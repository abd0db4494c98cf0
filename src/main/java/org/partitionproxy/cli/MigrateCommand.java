package org.partitionproxy.cli;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.DiagnosticView;
import org.partitionproxy.console.MigrationProgress;
import org.partitionproxy.console.MigrationView;
import org.partitionproxy.migrate.MigrationRequest;
import org.partitionproxy.migrate.MigrationResult;
import org.partitionproxy.migrate.Migrator;
import org.partitionproxy.topology.Glob;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.topology.TenantSelection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ppp migrate}: brings the tenants' schemas to the newest migration. */
@Command(
    name = "migrate",
    mixinStandardHelpOptions = true,
    description = "Runs pending migrations in the tenants' schemas, several tenants at once.",
    footer = {
      "",
      "A tenant that fails stops no other; the next run takes up what is pending.",
      "Exit status: 0 all are up to date, 4 a shard cannot be reached, 7 tenants failed."
    })
final class MigrateCommand implements Callable<Integer> {

  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private OutputOption output = new OutputOption();
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--tenant",
      paramLabel = "GLOB",
      description = "Only tenants that are called so; may be repeated.")
  private List<String> tenants = List.of();

  @Option(
      names = "--shard",
      paramLabel = "GLOB",
      description = "Only tenants of shards that are called so; may be repeated.")
  private List<String> shards = List.of();

  @Option(
      names = "--canary",
      paramLabel = "NAME",
      description = "Migrate this tenant first, and the others only if it succeeds.")
  private @Nullable String canary;

  @Option(
      names = {"-j", "--jobs"},
      paramLabel = "N",
      description = "How many tenants at once. Default: the number of cores.")
  private @Nullable Integer jobs;

  @Override
  public Integer call() {
    CommandSpec command = Objects.requireNonNull(spec);
    MigrationRequest request = request(command);
    Workspace workspace = Workspace.open(common, "migrate");
    MigrationResult result =
        new Migrator(workspace.topology(), workspace.connector())
            .migrate(request, new MigrationProgress(command.commandLine().getErr()));
    command
        .commandLine()
        .getOut()
        .print(output.json() ? MigrationView.json(result) : MigrationView.text(result));
    command.commandLine().getOut().flush();
    command.commandLine().getErr().print(DiagnosticView.render(result.diagnostics()));
    command.commandLine().getErr().flush();
    return result.exitCode().status();
  }

  private MigrationRequest request(CommandSpec command) {
    try {
      return new MigrationRequest(
          new TenantSelection(
              tenants.stream().map(Glob::new).toList(), shards.stream().map(Glob::new).toList()),
          Optional.ofNullable(canary).map(TenantName::new),
          Optional.ofNullable(jobs).orElseGet(MigrationRequest::cores));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }
}
