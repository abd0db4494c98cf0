package org.partitionproxy.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.DiagnosticView;
import org.partitionproxy.console.QueryTable;
import org.partitionproxy.shell.Login;
import org.partitionproxy.shell.ShellLauncher;
import org.partitionproxy.shell.ShellRequest;
import org.partitionproxy.shell.ShellView;
import org.partitionproxy.topology.Target;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ppp psql}: a shell on a tenant's shard, or on any server. */
@Command(
    name = "psql",
    description = {
      "Opens psql on a tenant's shard, as the tenant's role, or on the veneer or a shard.",
      "Uses the psql on the PATH, else the one in the server's container, else a small one of its"
          + " own (\\? there shows what it can do). Its exit status is psql's."
    })
final class PsqlCommand implements Callable<Integer> {

  @Mixin CommonOptions common = new CommonOptions();

  @Spec @Nullable CommandSpec spec;

  @Parameters(index = "0", paramLabel = "TARGET", description = "A tenant, a shard, or veneer.")
  String target = "";

  @Parameters(
      index = "1..*",
      paramLabel = "-- ARGUMENT",
      description = "What follows -- goes to psql as it is.")
  List<String> psqlArguments = new ArrayList<>();

  @Option(
      names = "--via",
      paramLabel = "SERVER",
      description = {
        "For a tenant: shard, veneer, or replica (what the veneer shows of one).",
        "Default: shard"
      })
  Login.@Nullable Via via;

  @Option(
      names = "--admin",
      description = "As the role that owns the tenants' schemas, instead of one that uses them.")
  boolean admin;

  @Option(
      names = {"-c", "--command"},
      paramLabel = "SQL",
      description = "Run this and leave; may be repeated. Else SQL is read from standard input.")
  List<String> commands = new ArrayList<>();

  @Option(names = "--builtin", description = "Use ppp's own shell even where a psql is.")
  boolean builtIn;

  @Override
  public Integer call() {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    if (!psqlArguments.isEmpty() && !line.getParseResult().originalArgs().contains("--")) {
      throw new ParameterException(
          line, "Only one TARGET; put -- before psql's own arguments: " + psqlArguments.get(0));
    }
    Workspace workspace = Workspace.open(common, "psql");
    Login login =
        Login.of(
            workspace.topology(),
            Target.require(workspace.topology(), target),
            Optional.ofNullable(via),
            admin);
    return new ShellLauncher(
            workspace.topology(),
            workspace.secrets(),
            workspace.connector(),
            workspace.runtime()::findContainer,
            new ShellView(QueryTable::render, d -> DiagnosticView.render(List.of(d))),
            line.getOut(),
            line.getErr())
        .open(login, new ShellRequest(commands, psqlArguments, builtIn));
  }
}
