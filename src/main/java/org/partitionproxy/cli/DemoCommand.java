package org.partitionproxy.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ppp demo}: the list of what can be shown. */
@Command(
    name = "demo",
    description = "Shows ppp at work, on servers of this machine.",
    subcommands = {
      DemoBookstoreCommand.class,
      DemoEventsCommand.class,
      DemoChatsCommand.class,
      DemoOperationsCommand.class
    })
final class DemoCommand implements Runnable {

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
