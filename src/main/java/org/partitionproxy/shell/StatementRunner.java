package org.partitionproxy.shell;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.Session.TransactionState;
import org.partitionproxy.db.UserResult;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.Severity;
import org.partitionproxy.diagnostic.SourcePosition;
import org.partitionproxy.script.Statement;
import org.partitionproxy.script.StatementSplitter;

/** Runs typed statements and writes what comes of them: results to {@code out}, the rest to err. */
final class StatementRunner {

  /** SQLSTATE of a statement that was cancelled. */
  static final String CANCELED = "57014";

  private final Session session;
  private final ShellView view;
  private final PrintWriter out;
  private final PrintWriter err;

  StatementRunner(Session session, ShellView view, PrintWriter out, PrintWriter err) {
    this.session = session;
    this.view = view;
    this.out = out;
    this.err = err;
  }

  /**
   * What the server refused.
   *
   * @param diagnostic says what, where in the text, and what became of the transaction
   */
  record Refusal(String sqlState, Diagnostic diagnostic) {}

  /** Runs one statement. */
  Optional<Refusal> run(String source, Statement statement) {
    return run(source, statement, List.of(statement));
  }

  /** Sends a text at once: its statements are one transaction unless it says otherwise. */
  Optional<Refusal> runTogether(String source, String text) {
    List<Statement> statements = StatementSplitter.split(text);
    return statements.isEmpty()
        ? Optional.empty()
        : run(source, new Statement(text, 1, ""), statements);
  }

  private Optional<Refusal> run(String source, Statement text, List<Statement> parts) {
    boolean failedBefore = session.transactionState() == TransactionState.FAILED;
    List<UserResult> answers = new ArrayList<>();
    Optional<Refusal> refusal = Optional.empty();
    for (UserResult result : session.run(text.text())) {
      if (result instanceof UserResult.Notice notice) {
        print(notice);
      } else if (result instanceof UserResult.Refused refused) {
        refusal = Optional.of(refusal(source, text, refused));
      } else {
        answers.add(result);
      }
    }
    // A rule may make several answers of one statement; then they go without its name.
    boolean named = answers.size() == parts.size();
    for (int i = 0; i < answers.size(); i++) {
      print(answers.get(i), named ? parts.get(i).firstWord() : "OK", failedBefore);
    }
    out.flush();
    return refusal;
  }

  private void print(UserResult.Notice notice) {
    err.println(notice.severity() + ": " + notice.message());
    notice.hint().ifPresent(hint -> err.println("hint: " + hint));
    err.flush();
  }

  private void print(UserResult answer, String word, boolean failedBefore) {
    if (answer instanceof UserResult.Rows rows) {
      out.print(view.table().apply(rows));
    } else if (answer instanceof UserResult.Done done) {
      // The server rolls a failed transaction back, whatever word is used to end it.
      out.println(
          failedBefore && session.transactionState() == TransactionState.NONE
              ? "ROLLBACK"
              : switch (word) {
                case "INSERT", "UPDATE", "DELETE", "MERGE" -> word + " " + done.rows();
                default -> done.rows() > 0 ? word + " " + done.rows() : word;
              });
    }
  }

  private Refusal refusal(String source, Statement text, UserResult.Refused refused) {
    OptionalInt at = refused.position();
    Optional<SourcePosition> position =
        at.isPresent() ? Optional.of(text.position(source, at.getAsInt())) : Optional.empty();
    Diagnostic diagnostic =
        new Diagnostic(
            Severity.ERROR,
            Code.STATEMENT_FAILED,
            refused.message() + " (SQLSTATE " + refused.sqlState() + ")",
            position,
            hint(refused));
    return new Refusal(refused.sqlState(), diagnostic);
  }

  private String hint(UserResult.Refused refused) {
    List<String> lines = new ArrayList<>();
    refused.detail().ifPresent(lines::add);
    refused.hint().ifPresent(lines::add);
    lines.add(
        session.transactionState() == TransactionState.FAILED
            ? "The transaction cannot go on: end it with ROLLBACK."
            : "Nothing of it was kept.");
    return String.join("\n", lines);
  }
}
