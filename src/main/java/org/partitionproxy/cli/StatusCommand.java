package org.partitionproxy.cli;

import java.time.Instant;
import java.util.concurrent.Callable;
import org.partitionproxy.console.StatusView;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.provision.Provisioner;
import org.partitionproxy.provision.TopologyStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ppp status}: how servers and tenants fare. */
@Command(
    name = "status",
    description = "Shows each server and each tenant: versions, sizes, migrations, drift.")
final class StatusCommand implements Callable<Integer> {

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin Console console = new Console();

  @Option(
      names = "--exact",
      description = "Measure sizes on disk instead of taking the last VACUUM's word.")
  boolean exact;

  @Override
  public Integer call() {
    Workspace workspace = Workspace.open(common, "status");
    try (Provisioner provisioner = workspace.provisioner()) {
      TopologyStatus status = provisioner.status(workspace.runtime().kind().toString(), exact);
      console.out(
          output.json() ? StatusView.json(status) : StatusView.render(status, Instant.now()));
      console.problems(status.problems());
      return exitCode(status).status();
    }
  }

  private static ExitCode exitCode(TopologyStatus status) {
    if (!status.servers().stream().allMatch(TopologyStatus.ServerStatus::reachable)) {
      return ExitCode.UNREACHABLE;
    }
    return status.problems().isEmpty() ? ExitCode.DONE : ExitCode.REFUSED;
  }
}
