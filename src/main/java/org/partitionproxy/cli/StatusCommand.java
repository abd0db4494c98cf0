package org.partitionproxy.cli;

import static org.partitionproxy.cli.Usage.usage;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.StatusMetricsView;
import org.partitionproxy.console.StatusView;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.partition.Maintainer;
import org.partitionproxy.partition.PartitionedTable;
import org.partitionproxy.provision.Provisioner;
import org.partitionproxy.provision.TopologyStatus;
import org.partitionproxy.top.Traffic;
import org.partitionproxy.topology.TenantSelection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ppp status}: how servers and tenants fare. */
@Command(
    name = "status",
    description = "Shows each server and each tenant: versions, sizes, migrations, drift.")
final class StatusCommand implements Callable<Integer> {

  private static final Duration A_MINUTE = Duration.ofMinutes(1);

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

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description =
          "Rows and runs in metrics are of the time since then: 10s, 10m, 2026-11-20T10:00:00Z."
              + " Default: 1m")
  @Nullable String since;

  @Override
  public Integer call() {
    Instant from = since();
    Workspace workspace = Workspace.open(common, "status");
    try (Provisioner provisioner = workspace.provisioner()) {
      TopologyStatus status =
          provisioner.status(workspace.runtime().kind().toString(), exact, from);
      console.out(
          switch (format) {
            case TEXT -> StatusView.render(status, Instant.now());
            case JSON -> StatusView.json(status);
            case OPENMETRICS ->
                StatusMetricsView.render(status, traffic(workspace, from), tables(workspace));
          });
      console.problems(status.problems());
      return exitCode(status).status();
    }
  }

  private Instant since() {
    if (since != null && format != Format.OPENMETRICS) {
      throw usage("--since is for metrics", "Add `--output openmetrics`.");
    }
    Clock clock = Clock.system(ZoneId.systemDefault());
    return Usage.since(since, clock).orElseGet(() -> clock.instant().minus(A_MINUTE));
  }

  /** What is not known of rows is left out; the rest of the metrics does not wait for it. */
  private Optional<Traffic> traffic(Workspace workspace, Instant from) {
    try {
      return new TrafficWatch(workspace.topology(), workspace.connector(), from).read();
    } catch (SqlFailure e) {
      return Optional.empty(); // the status says so
    } catch (PppException e) {
      console.problems(e.diagnostics());
      return Optional.empty();
    }
  }

  /** Of a shard that is away nothing is known, and the status says that it is. */
  private static List<PartitionedTable> tables(Workspace workspace) {
    return workspace.topology().partitions().isEmpty()
        ? List.of()
        : new Maintainer(workspace.topology(), workspace.connector(), new JobsOption().jobs)
            .glance(TenantSelection.ALL)
            .tables();
  }

  private static ExitCode exitCode(TopologyStatus status) {
    if (!status.servers().stream().allMatch(TopologyStatus.ServerStatus::reachable)) {
      return ExitCode.UNREACHABLE;
    }
    return status.problems().stream().noneMatch(Diagnostic::isError)
        ? ExitCode.DONE
        : ExitCode.REFUSED;
  }
}
