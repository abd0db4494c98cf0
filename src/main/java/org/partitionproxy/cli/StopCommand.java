package org.partitionproxy.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.server.EmbeddedRuntime;
import org.partitionproxy.server.RuntimeKind;
import org.partitionproxy.server.ServerRuntime;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ppp stop}: ends the servers that {@code ppp start} started. */
@Command(name = "stop", description = "Stops the servers that ppp started and keeps their data.")
final class StopCommand implements Callable<Integer> {

  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private Console console = new Console();

  /** For {@code make clean}; not for servers with data that somebody needs, so it is not shown. */
  @Option(names = "--delete-data", hidden = true)
  private boolean deleteData;

  @Option(names = "--yes", hidden = true, description = "Do not ask.")
  private boolean yes;

  @Override
  public Integer call() {
    Workspace workspace = Workspace.open(common, "stop");
    Optional<ServerRuntime> runtime = workspace.runtimes().find();
    if (deleteData) {
      requireEmbedded(runtime);
      delete(new EmbeddedRuntime(workspace.topology(), workspace.secrets(), System.getenv()));
    } else if (runtime.isEmpty()) {
      console.line("nothing was started yet");
    } else {
      runtime.get().stop(console);
    }
    return 0;
  }

  private static void requireEmbedded(Optional<ServerRuntime> runtime) {
    Optional<RuntimeKind> other =
        runtime.map(ServerRuntime::kind).filter(kind -> kind != RuntimeKind.EMBEDDED);
    if (other.isPresent()) {
      throw new PppException(
          Diagnostic.error(
              Code.DATA_NOT_DELETED,
              "--delete-data is for embedded servers, and these are " + other.get(),
              "`ppp teardown --all --drop-data` removes what ppp made on other servers."));
    }
  }

  private void delete(EmbeddedRuntime runtime) {
    String servers =
        String.join(", ", runtime.serversWithData().stream().map(Object::toString).toList());
    if (servers.isEmpty()) {
      console.line("there is no data to delete");
      return;
    }
    if (!yes) {
      throw new PppException(
          Diagnostic.error(
              Code.NOT_CONFIRMED,
              "--delete-data would delete all data of " + servers,
              "Say --yes too, if that is what you want; there is no way back."));
    }
    runtime.destroy(console);
    console.line("deleted the data of " + servers);
  }
}
