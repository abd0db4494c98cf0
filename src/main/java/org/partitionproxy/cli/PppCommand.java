package org.partitionproxy.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ppp} itself: the list of its commands. */
@Command(
    name = "ppp",
    description = "Spreads one PostgreSQL schema per tenant over many servers, behind one.",
    versionProvider = Version.class,
    subcommands = {
      StartCommand.class,
      StopCommand.class,
      StatusCommand.class,
      CheckCommand.class,
      ExplainCommand.class,
      PlanCommand.class,
      InitializeCommand.class,
      MigrateCommand.class,
      AnalyzeCommand.class,
      PartitionsCommand.class,
      JobsCommand.class,
      RollupsCommand.class,
      PsqlCommand.class,
      ShowLogsCommand.class,
      TraceCommand.class,
      TopCommand.class,
      InspectionCommand.class,
      HistoryCommand.class,
      WorkflowsCommand.class,
      TeardownCommand.class,
      DemoCommand.class,
      SecretsCommand.class,
      CompletionCommand.class,
      HelpCommand.class
    })
final class PppCommand implements Runnable {

  @Option(names = "--version", versionHelp = true, description = "Show the version and exit.")
  boolean version;

  @Spec CommandSpec spec = CommandSpec.create();

  /** Without a command, the help is the answer. */
  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
