package org.partitionproxy.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.top.Board;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.trace.Trace;
import org.partitionproxy.trace.TraceWatch;

/**
 * Puts traces on a board. What keeps them from coming goes to stderr, or in a line to a screen:
 * then it is said in full when the screen is over.
 */
final class TopWatch implements TraceWatch.Listener {

  private final Board board;
  private final Console console;
  private final List<Diagnostic> unsaid = new ArrayList<>();
  private Optional<Consumer<String>> screen = Optional.empty();

  TopWatch(Board board, Console console) {
    this.board = board;
    this.console = console;
  }

  /** A screen has stderr's place, and takes lines. */
  void begin(Consumer<String> notes) {
    screen = Optional.of(notes);
  }

  /** The screen is over. */
  void end() {
    screen = Optional.empty();
    console.problems(unsaid);
    unsaid.clear();
  }

  @Override
  public void warn(List<Diagnostic> warnings) {
    if (screen.isEmpty()) {
      console.problems(warnings);
    } else if (!warnings.isEmpty()) {
      unsaid.addAll(warnings);
      screen.get().accept(warnings.get(0).toString());
    }
  }

  @Override
  public void disconnected(ServerName server, SqlFailure reason) {
    note(reason.diagnostics().get(0).summary() + "; waiting for it");
  }

  @Override
  public void reconnected(ServerName server) {
    note("server \"" + server + "\" answers again");
  }

  private void note(String line) {
    screen.orElse(console::line).accept(line);
  }

  @Override
  public boolean show(List<Trace> traces) {
    board.add(traces);
    return true;
  }
}
