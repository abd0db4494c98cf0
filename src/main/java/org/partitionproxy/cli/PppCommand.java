package org.partitionproxy.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** {@code ppp} itself: the list of its commands. */
@Command(
    name = "ppp",
    description = "Spreads one PostgreSQL schema per tenant over many servers, behind one.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      StatusCommand.class,
      PlanCommand.class,
      InitializeCommand.class,
      HistoryCommand.class,
      TeardownCommand.class,
      SecretsCommand.class,
      CompletionCommand.class,
      HelpCommand.class
    })
final class PppCommand {}
