package org.partitionproxy.cli;

import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.server.ServerRuntime;
import org.partitionproxy.topology.ServerName;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Tells on stderr, a line each, what becomes of the servers; the result goes to stdout. */
final class ProgressLines implements ServerRuntime.Progress {

  private final CommandLine commandLine;

  ProgressLines(@Nullable CommandSpec spec) {
    this.commandLine = Objects.requireNonNull(spec).commandLine();
  }

  @Override
  public void report(ServerName server, String message) {
    line(server + ": " + message);
  }

  synchronized void line(String text) {
    print(commandLine.getErr(), text + "\n");
  }

  void result(String text) {
    print(commandLine.getOut(), text);
  }

  private static void print(PrintWriter writer, String text) {
    writer.print(text);
    writer.flush();
  }
}
