package org.partitionproxy.cli;

import java.time.Instant;
import java.util.concurrent.Callable;
import org.partitionproxy.console.StatusMetricsView;
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
  @Mixin Console console = new Console();

  enum Format {
    TEXT,
    JSON,
    OPENMETRICS
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text, json or openmetrics. Default: ${DEFAULT-VALUE}")
  Format format = Format.TEXT;

  @Option(
      names = "--exact",
      description = "Measure sizes on disk instead of taking the last VACUUM's word.")
  boolean exact;

  @Override
  public Integer call() {
    Workspace workspace = Workspace.open(common, "status");
    try (Provisioner provisioner = workspace.provisioner()) {
      TopologyStatus status = provisioner.status(workspace.runtime().kind().toString(), exact);
      console.out(rendered(status));
      console.problems(status.problems());
      return exitCode(status).status();
    }
  }

  private String rendered(TopologyStatus status) {
    return switch (format) {
      case TEXT -> StatusView.render(status, Instant.now());
      case JSON -> StatusView.json(status);
      case OPENMETRICS -> StatusMetricsView.render(status);
    };
  }

  private static ExitCode exitCode(TopologyStatus status) {
    if (!status.servers().stream().allMatch(TopologyStatus.ServerStatus::reachable)) {
      return ExitCode.UNREACHABLE;
    }
    return status.problems().isEmpty() ? ExitCode.DONE : ExitCode.REFUSED;
  }
}
