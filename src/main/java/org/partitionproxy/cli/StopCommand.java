package org.partitionproxy.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
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
    Optional<ServerRuntime> runtime = Workspace.open(common, "stop").runtimes().find();
    if (runtime.isEmpty()) {
      console.line("nothing was started yet");
    } else if (deleteData) {
      delete(runtime.get());
    } else {
      runtime.get().stop(console);
    }
    return 0;
  }

  private void delete(ServerRuntime runtime) {
    List<String> names = runtime.serversWithData().stream().map(Object::toString).toList();
    String servers = String.join(", ", names);
    if (!names.isEmpty() && !yes) {
      throw new PppException(
          Diagnostic.error(
              Code.NOT_CONFIRMED,
              "--delete-data would delete all data of " + servers,
              "Say --yes too, if that is what you want; there is no way back."));
    }
    runtime.destroy(console);
    console.line(names.isEmpty() ? "there is no data to delete" : "deleted the data of " + servers);
  }
}
