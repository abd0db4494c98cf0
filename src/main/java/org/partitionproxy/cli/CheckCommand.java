package org.partitionproxy.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.check.AskedStatement;
import org.partitionproxy.check.CheckReport;
import org.partitionproxy.check.Checker;
import org.partitionproxy.check.StatementFile;
import org.partitionproxy.check.Statistics;
import org.partitionproxy.console.CheckView;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.topology.Target;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ppp check}: which statements of an application the veneer does not do as a shard does. */
@Command(
    name = "check",
    description = {
      "Shows which statements of an application fail, block, are slow or differ through the veneer,",
      "why, and what to do instead. Runs none of them on tenants' tables. Without statements: what",
      "concerns the application as a whole."
    })
final class CheckCommand implements Callable<Integer> {

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin Console console = new Console();

  @ArgGroup Source source = new Source();

  /** Where statements come from; at most one of them. */
  static final class Source {

    @Option(
        names = "--file",
        paramLabel = "FILE",
        description = "Its statements, each ended by a semicolon, parameters as $1. Repeatable.")
    List<Path> files = new ArrayList<>();

    @Option(
        names = "--from-statistics",
        paramLabel = "SERVER",
        description =
            "Those that pg_stat_statements of veneer or a shard has of the tenant's role.")
    @Nullable String server;
  }

  @Option(
      names = "--tenant",
      paramLabel = "TENANT",
      description = "The tenant as whose role they are planned. Default: the first in the file.")
  @Nullable String tenant;

  @Option(names = "--exit-code", description = "End with 10 if there is a finding.")
  boolean exitCode;

  @Override
  public Integer call() {
    Workspace workspace = Workspace.open(common, "check");
    Topology topology = workspace.topology();
    Tenant chosen = chosen(topology);
    List<AskedStatement> statements = statements(workspace, chosen);
    CheckReport report = new Checker(topology, workspace.connector()).check(chosen, statements);
    console.out(
        output.json() ? CheckView.json(report) : new CheckView(console.outColors()).render(report));
    return (exitCode && report.hasFindings() ? ExitCode.FINDINGS : ExitCode.DONE).status();
  }

  private Tenant chosen(Topology topology) {
    if (tenant == null) {
      return topology.tenants().stream()
          .findFirst()
          .orElseThrow(() -> usage("there is no tenant in " + topology.file()));
    }
    return Target.require(topology, tenant)
        .tenant()
        .orElseThrow(() -> usage("\"" + tenant + "\" is a server, not a tenant"));
  }

  private static PppException usage(String summary) {
    return new PppException(
        Diagnostic.error(
            Code.USAGE, summary, "Statements are planned as a tenant's role: --tenant names one."));
  }

  private List<AskedStatement> statements(Workspace workspace, Tenant chosen) {
    if (source.server != null) {
      return fromStatistics(workspace, chosen, source.server);
    }
    List<AskedStatement> statements = new ArrayList<>();
    for (Path file : source.files) {
      List<AskedStatement> those = StatementFile.read(file);
      warnOfNone(those, "\"" + file + "\" has no statements", "It is empty, or all comments.");
      statements.addAll(those);
    }
    return statements;
  }

  private List<AskedStatement> fromStatistics(
      Workspace workspace, Tenant chosen, String serverName) {
    Target place = Target.require(workspace.topology(), serverName);
    try (Session session = workspace.connector().superuser(place.server())) {
      List<AskedStatement> statements = Statistics.read(session, chosen.role());
      warnOfNone(
          statements,
          "the statistics of \""
              + place.server().name()
              + "\" have no statements of role \""
              + chosen.role().value()
              + "\"",
          "They count from the last restart or reset; --tenant names another tenant.");
      return statements;
    }
  }

  private void warnOfNone(List<AskedStatement> statements, String summary, String hint) {
    if (statements.isEmpty()) {
      console.problems(List.of(Diagnostic.warning(Code.NO_STATEMENTS, summary, hint)));
    }
  }
}
