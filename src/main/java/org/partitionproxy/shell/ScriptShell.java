package org.partitionproxy.shell;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.script.Statement;
import org.partitionproxy.script.StatementSplitter;

/** The built-in shell without a person: it stops at the first error. */
final class ScriptShell {

  private static final String INPUT = "stdin";

  private final Session session;
  private final StatementRunner runner;
  private final MetaCommands metaCommands;
  private volatile boolean interrupted;

  ScriptShell(Session session, ShellView view, PrintWriter out, PrintWriter err) {
    this.session = session;
    this.runner = new StatementRunner(session, view, out, err);
    this.metaCommands = new MetaCommands(session, view, out);
  }

  /** Each text is sent as a whole, as {@code psql -c} does. */
  void runCommands(List<String> commands) {
    for (String command : commands) {
      if (!MetaCommands.isOne(command)) {
        finish(() -> runner.runTogether("-c", command));
      } else if (metaCommands.run(command) == MetaCommands.Next.QUIT) {
        return;
      }
    }
  }

  /** Statements run as they come; the last one needs no semicolon. */
  void runInput(InputStream input) {
    try {
      runLines(new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void runLines(BufferedReader lines) throws IOException {
    StatementSplitter splitter = new StatementSplitter();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (splitter.isPending() || !MetaCommands.isOne(line)) {
        splitter.append(line);
        splitter.take().forEach(this::run);
      } else {
        splitter.append("");
        if (metaCommands.run(line) == MetaCommands.Next.QUIT) {
          return;
        }
      }
    }
    splitter.rest().forEach(this::run);
  }

  private void run(Statement statement) {
    finish(() -> runner.run(INPUT, statement));
  }

  /** Ctrl-C cancels what runs, and then ends the script; between statements it ends ppp. */
  private void finish(Supplier<Optional<StatementRunner.Refusal>> work) {
    Optional<StatementRunner.Refusal> refusal = Interrupts.handledBy(this::interrupt, work);
    if (interrupted) {
      throw new PppException(
          Diagnostic.error(
              Code.INTERRUPTED,
              "interrupted",
              "Statements before this one that were not in an open transaction are done."));
    }
    refusal.ifPresent(
        refused -> {
          throw new PppException(refused.diagnostic());
        });
  }

  private void interrupt() {
    interrupted = true;
    session.cancel();
  }
}
