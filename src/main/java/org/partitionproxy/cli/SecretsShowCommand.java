package org.partitionproxy.cli;

import org.partitionproxy.secret.Secret;
import org.partitionproxy.secret.SecretName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ppp secrets show NAME}: one password, for an application's configuration. */
@Command(name = "show", description = "Prints one password to standard output.")
final class SecretsShowCommand implements Runnable {

  @Parameters(
      paramLabel = "NAME",
      description = "A role (bookstore_app), or a role of one server (postgres@shard1).")
  String name = "";

  @Option(
      names = "--uri",
      description =
          "Print a connection URI for that role instead: on the veneer, or on the named server.")
  boolean uri;

  @Mixin CommonOptions common = new CommonOptions();
  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    KnownSecrets secrets = KnownSecrets.of(Workspace.open(common, "secrets show"));
    SecretName wanted = new SecretName(name);
    if (secrets.vault().findNext(wanted).isPresent()) {
      spec.commandLine()
          .getErr()
          .println(
              "note: a rotation of this password was interrupted; some servers may already take the"
                  + " next one only, and `ppp secrets rotate` finishes it");
    }
    Secret secret = secrets.require(wanted);
    String shown = uri ? secrets.uri(wanted).text() : secret.reveal();
    spec.commandLine().getOut().println(shown);
  }
}
