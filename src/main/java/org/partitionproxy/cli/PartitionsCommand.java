package org.partitionproxy.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ppp partitions}: the tenants' time partitions. */
@Command(
    name = "partitions",
    description = "Cares for the tenants' partitioned tables.",
    subcommands = PartitionsConvertCommand.class)
final class PartitionsCommand implements Runnable {

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
