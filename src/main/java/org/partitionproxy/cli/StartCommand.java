package org.partitionproxy.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.StartedServersView;
import org.partitionproxy.server.ServerRuntime;
import org.partitionproxy.topology.RuntimeChoice;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ppp start}: from shards.yaml to servers that accept connections. */
@Command(
    name = "start",
    description = "Starts the veneer and the shards, and leaves those that run alone.")
final class StartCommand implements Callable<Integer> {

  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private OutputOption output = new OutputOption();
  @Mixin private Console console = new Console();

  @Option(
      names = "--runtime",
      paramLabel = "RUNTIME",
      description =
          "docker, embedded, external or auto. Chosen once, at the first start, and remembered.")
  private @Nullable RuntimeChoice asked;

  @Override
  public Integer call() {
    Workspace workspace = Workspace.open(common, "start");
    ServerRuntime runtime = workspace.runtimes().choose(Optional.ofNullable(asked));
    console.line("runtime: " + runtime.kind());
    Interruption.advisedOn(
        console::line,
        () -> {
          runtime.start(console);
          return true;
        });
    StartedServersView view =
        new StartedServersView(runtime.kind(), workspace.topology().servers());
    console.out(output.json() ? view.json() : view.text());
    return 0;
  }
}
