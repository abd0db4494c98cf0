package org.partitionproxy.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.UserResult;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.diagnostic.SourcePosition;
import org.partitionproxy.inspect.Values;
import org.partitionproxy.script.Statement;
import org.partitionproxy.script.StatementSplitter;

/** A file of SQL that is run to be watched: what it returns is of no interest. */
final class TracedScript {

  /** As {@code %c} in log_line_prefix (PostgreSQL, 19.8.3 What to Log). */
  private static final String SESSION =
      """
      SELECT pg_catalog.to_hex(trunc(extract(epoch FROM a.backend_start))::bigint)
             || '.' || pg_catalog.to_hex(a.pid) AS id
      FROM pg_catalog.pg_stat_activity AS a
      WHERE a.pid = ?""";

  private final Path file;
  private final List<Statement> statements;
  private final Values values;

  private TracedScript(Path file, List<Statement> statements, Values values) {
    this.file = file;
    this.statements = statements;
    this.values = values;
  }

  /**
   * @param values in what is said of an error
   */
  static TracedScript read(Path file, Values values) {
    try {
      return new TracedScript(
          file, StatementSplitter.split(Files.readString(file, StandardCharsets.UTF_8)), values);
    } catch (IOException e) {
      throw new PppException(
          Diagnostic.error(
              Code.TRACED_SCRIPT_UNREADABLE,
              "\"" + file + "\" cannot be read: " + e.getMessage(),
              "--run takes a file of SQL in UTF-8, its statements ended by semicolons."),
          e);
    }
  }

  /**
   * What the server calls a session in its log.
   *
   * @param superuser on the same server: others may not look at sessions
   */
  static String nameOf(Session session, Session superuser) {
    return superuser.queryOne(SESSION, row -> row.string("id"), session.backendPid()).orElseThrow();
  }

  /**
   * Stops at the first error, as a build should.
   *
   * @throws PppException with {@link Code#STATEMENT_FAILED}
   */
  void run(Session session) {
    for (Statement statement : statements) {
      for (UserResult result : session.run(statement.text())) {
        if (result instanceof UserResult.Refused refused) {
          throw new PppException(problem(statement, refused));
        }
      }
    }
  }

  private Diagnostic problem(Statement statement, UserResult.Refused refused) {
    OptionalInt at = refused.position();
    SourcePosition position = statement.position(file.toString(), at.orElse(1));
    return Diagnostic.error(
        Code.STATEMENT_FAILED,
        values == Values.SHOWN ? position : position.withoutText(),
        told(refused, refused.message()) + " (SQLSTATE " + refused.sqlState() + ")",
        refused
            .hint()
            .or(refused::detail)
            .map(text -> told(refused, text))
            .orElse("The statements after it were not run."));
  }

  private String told(UserResult.Refused refused, String text) {
    return values.inMessage(refused.sqlState(), text);
  }
}
