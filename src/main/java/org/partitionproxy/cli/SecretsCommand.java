package org.partitionproxy.cli;

import java.time.Clock;
import org.partitionproxy.console.SecretsView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ppp secrets}: which passwords there are, without the passwords. */
@Command(
    name = "secrets",
    description = "Lists the passwords that ppp knows: names, sources and ages.",
    subcommands = {SecretsShowCommand.class, SecretsRotateCommand.class})
final class SecretsCommand implements Runnable {

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    Workspace workspace = Workspace.open(common, "secrets");
    SecretsView view =
        new SecretsView(KnownSecrets.of(workspace).entries(), Clock.systemUTC().instant());
    spec.commandLine().getOut().print(output.json() ? view.json() : view.text());
  }
}
