package org.partitionproxy.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.MigrationView;
import org.partitionproxy.console.ProgressLine;
import org.partitionproxy.migrate.MigrationRequest;
import org.partitionproxy.migrate.OtherEnd;
import org.partitionproxy.provision.Outcome;
import org.partitionproxy.provision.Provisioner;
import org.partitionproxy.topology.TenantName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code ppp migrate}: brings the tenants' schemas to the newest migration. */
@Command(
    name = "migrate",
    description = {
      "Runs pending migrations in the tenants' schemas.",
      "Several tenants are migrated at once, each together with its foreign tables on the veneer:",
      "statements that use these wait, and find tenant and veneer changed."
    },
    footer = {
      "",
      "A tenant that fails stops no other; the next run takes up what is pending.",
      "Exit status: 0 all are up to date, 4 a shard cannot be reached, 7 tenants failed."
    })
final class MigrateCommand implements Callable<Integer> {

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin SelectionOptions selection = new SelectionOptions();
  @Mixin JobsOption jobs = new JobsOption();
  @Mixin Console console = new Console();

  @Option(
      names = "--canary",
      paramLabel = "NAME",
      description = "Migrate this tenant first, and the others only if it succeeds.")
  @Nullable String canary;

  @Option(
      names = "--no-wait",
      description = {
        "For long migrations of data: keep nobody waiting on",
        "the veneer. Its foreign tables follow at the end, and",
        "statements that come in between may fail."
      })
  boolean noWait;

  @Override
  public Integer call() {
    MigrationRequest request = request();
    Workspace workspace = Workspace.open(common, "migrate");
    try (Provisioner provisioner = workspace.provisioner(jobs.jobs);
        ProgressLine progress = console.progress()) {
      Outcome outcome =
          Interruption.advisedOn(
              progress::say,
              () ->
                  provisioner.migrate(
                      request,
                      Operator.origin("migrate", workspace.topology()),
                      new RunProgress(progress)));
      progress.finish();
      outcome
          .migrations()
          .ifPresent(
              m -> console.out(output.json() ? MigrationView.json(m) : MigrationView.text(m)));
      console.problems(outcome.diagnostics());
      return outcome.exitCode().status();
    }
  }

  private MigrationRequest request() {
    try {
      return new MigrationRequest(
          selection.selection(),
          Optional.ofNullable(canary).map(TenantName::new),
          jobs.jobs,
          noWait ? OtherEnd.AFTERWARDS : OtherEnd.TOGETHER);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(console.spec.commandLine(), e.getMessage(), e);
    }
  }
}
