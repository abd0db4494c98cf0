package org.partitionproxy.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** {@code ppp} itself: the list of its commands. */
@Command(
    name = "ppp",
    description = "Spreads one PostgreSQL schema per tenant over many servers, behind one.",
    mixinStandardHelpOptions = true,
    subcommands = {HelpCommand.class, PsqlCommand.class})
final class PppCommand {}
