package org.partitionproxy.cli;

import java.time.Clock;
import java.util.List;
import org.partitionproxy.console.Colors;
import org.partitionproxy.console.DiagnosticView;
import org.partitionproxy.console.ProgressLine;
import org.partitionproxy.console.Terminal;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.server.ServerRuntime;
import org.partitionproxy.topology.ServerName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Where a command's result, its problems and its progress go. */
@Command
final class Console implements ServerRuntime.Progress {

  @Spec(Spec.Target.MIXEE)
  CommandSpec spec = CommandSpec.create();

  private final Terminal terminal = Terminal.system();

  void out(String text) {
    spec.commandLine().getOut().print(text);
    spec.commandLine().getOut().flush();
  }

  void err(String text) {
    spec.commandLine().getErr().print(text);
    spec.commandLine().getErr().flush();
  }

  void problems(List<Diagnostic> problems) {
    if (!problems.isEmpty()) {
      err(DiagnosticView.render(problems, terminal.errColors()));
    }
  }

  /** A line on stderr about what becomes of a server. */
  @Override
  public void report(ServerName server, String message) {
    line(server + ": " + message);
  }

  /** A line on stderr; safe for threads. */
  synchronized void line(String text) {
    err(text + "\n");
  }

  Terminal terminal() {
    return terminal;
  }

  Colors outColors() {
    return terminal.outColors();
  }

  ProgressLine progress() {
    return new ProgressLine(System.err, terminal.err(), Clock.systemUTC()).ticking();
  }
}
