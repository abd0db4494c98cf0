package org.partitionproxy.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.partitionproxy.console.ProgressLine;
import org.partitionproxy.console.RotationView;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.provision.Provisioner;
import org.partitionproxy.provision.RotationRequest;
import org.partitionproxy.provision.RotationResult;
import org.partitionproxy.provision.SecretRotation;
import org.partitionproxy.secret.SecretName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ppp secrets rotate}: new passwords, on every server at once. */
@Command(
    name = "rotate",
    description = {
      "Gives roles new passwords, on every server and in the veneer's user mappings.",
      "Sessions that are open go on; new ones need the new password."
    },
    footer = {"", "A rotation that was interrupted is finished by the next one, or by initialize."})
final class SecretsRotateCommand implements Callable<Integer> {

  @Parameters(
      paramLabel = "NAME",
      arity = "0..*",
      description =
          "A role (bookstore_app), or a superuser (postgres@shard1). Default: all roles but the"
              + " superusers.")
  List<String> names = List.of();

  @Option(names = "--all", description = "All roles, and the superusers of all servers.")
  boolean all;

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin Console console = new Console();
  @Mixin Consent consent = new Consent();

  @Override
  public Integer call() {
    Workspace workspace = Workspace.open(common, "secrets rotate");
    try (Provisioner provisioner = workspace.provisioner();
        ProgressLine progress = console.progress()) {
      SecretRotation rotation = provisioner.secretRotation();
      List<SecretName> wanted = rotation.names(new RotationRequest(names, all));
      consent.require(console, workspace.topology().name(), RotationView.deed(wanted));
      RotationResult result =
          Interruption.advisedOn(
              progress::say,
              () ->
                  rotation.rotate(
                      wanted,
                      Operator.origin("secrets rotate", workspace.topology()),
                      new RunProgress(progress)));
      progress.finish();
      console.out(output.json() ? RotationView.json(result) : RotationView.text(result));
      return ExitCode.DONE.status();
    }
  }
}
