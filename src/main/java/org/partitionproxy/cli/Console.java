package org.partitionproxy.cli;

import java.time.Clock;
import java.util.List;
import org.partitionproxy.console.Colors;
import org.partitionproxy.console.DiagnosticView;
import org.partitionproxy.console.ProgressLine;
import org.partitionproxy.console.Terminal;
import org.partitionproxy.diagnostic.Diagnostic;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Where a command's result, its problems and its progress go. */
final class Console {

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

  Terminal terminal() {
    return terminal;
  }

  Colors outColors() {
    return terminal.outColors();
  }

  ProgressLine progress() {
    return new ProgressLine(System.err, terminal.err(), Clock.systemUTC());
  }
}
