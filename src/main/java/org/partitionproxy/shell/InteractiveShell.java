package org.partitionproxy.shell;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.script.Statement;
import org.partitionproxy.script.StatementSplitter;

/** The built-in shell on a terminal. It goes on after an error, and ends with the connection. */
final class InteractiveShell {

  private final Session session;
  private final ShellView view;
  private final String place;
  private final LineReader reader;
  private final PrintWriter out;
  private final StatementRunner runner;
  private final MetaCommands metaCommands;

  private InteractiveShell(Session session, ShellView view, String place, LineReader reader) {
    this.session = session;
    this.view = view;
    this.place = place;
    this.reader = reader;
    this.out = reader.getTerminal().writer();
    this.runner = new StatementRunner(session, view, out, out);
    this.metaCommands = new MetaCommands(session, view, out);
  }

  /**
   * Reads and runs until the person leaves.
   *
   * @param place what the prompt shows
   * @param stateFolder where the history is kept, in a file of mode 0600
   * @throws PppException if the connection is lost
   */
  static void run(Session session, ShellView view, String place, Path stateFolder) {
    try (Terminal terminal = terminal()) {
      LineReader reader =
          LineReaderBuilder.builder()
              .terminal(terminal)
              .parser(new StatementParser())
              .history(new ShellHistory())
              .variable(LineReader.HISTORY_FILE, historyFile(stateFolder))
              .variable(LineReader.SECONDARY_PROMPT_PATTERN, place + "-> ")
              .variable(LineReader.DISABLE_COMPLETION, true)
              .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
              .build();
      terminal.handle(Terminal.Signal.INT, signal -> session.cancel());
      new InteractiveShell(session, view, place, reader).loop();
    } catch (IOException e) {
      throw new PppException(
          Diagnostic.error(
              Code.SHELL_FILE_FAILED,
              "the built-in shell cannot use the terminal or its history: " + e.getMessage(),
              "Let your user write \"" + stateFolder + "\", or pass SQL with -c."),
          e);
    }
  }

  /** By the programs stty and tty: the other ways unpack a native library, and newer JDKs warn. */
  private static Terminal terminal() throws IOException {
    return TerminalBuilder.builder()
        .system(true)
        .provider(TerminalBuilder.PROP_PROVIDER_EXEC)
        .dumb(false)
        .encoding(StandardCharsets.UTF_8)
        .build();
  }

  private static Path historyFile(Path stateFolder) throws IOException {
    return PrivateFolder.ensureFile(PrivateFolder.in(stateFolder).resolve("history"));
  }

  private void loop() {
    out.println("The built-in shell of ppp. \\? shows its commands, \\q ends it.");
    while (true) {
      try {
        if (run(reader.readLine(prompt())) == MetaCommands.Next.QUIT) {
          return;
        }
      } catch (UserInterruptException e) {
        out.flush();
      } catch (EndOfFileException e) {
        return;
      } catch (PppException e) {
        if (e instanceof SqlFailure failure && failure.isUnreachable()) {
          throw e;
        }
        e.diagnostics().forEach(this::print);
      }
    }
  }

  /** As psql's: a star in a transaction, an exclamation mark in one that failed. */
  private String prompt() {
    return place
        + switch (session.transactionState()) {
          case NONE -> "=> ";
          case OPEN -> "=*> ";
          case FAILED -> "=!> ";
        };
  }

  private MetaCommands.Next run(String text) {
    if (MetaCommands.isOne(text)) {
      return metaCommands.run(text);
    }
    for (Statement statement : StatementSplitter.split(text)) {
      Optional<StatementRunner.Refusal> refusal = runner.run("statement", statement);
      refusal.ifPresent(refused -> print(refused.diagnostic()));
      if (refusal.filter(r -> r.sqlState().equals(StatementRunner.CANCELED)).isPresent()) {
        break;
      }
    }
    return MetaCommands.Next.GO_ON;
  }

  private void print(Diagnostic diagnostic) {
    out.print(view.problem().apply(diagnostic));
    out.flush();
  }
}
