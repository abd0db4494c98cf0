package org.partitionproxy.inspect;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One line of a server's jsonlog. Passwords in its texts are masked.
 *
 * @param sessionId as {@code %c} in log_line_prefix; the same for all lines of a connection
 * @param lineNumber of this line within its session, from 1
 * @param application empty where the client gave none
 * @param message as the server wrote it, with the statement in it for {@link Kind#STATEMENT}
 * @param statement what the client asked, for lines that have it
 * @param parameters of the extended protocol: {@code $1 = 'x', $2 = NULL}
 * @param durationMillis where the server measured it, with its microseconds
 * @param queryId where compute_query_id is on
 * @param plan of auto_explain, as JSON
 * @param tag of the command: {@code SELECT}, {@code COMMIT}; of a string of several, the last one's
 * @param transaction its virtual number, {@code 12/4}; {@code 12/0} once it has ended
 */
public record LogEntry(
    Instant timestamp,
    String sessionId,
    int pid,
    long lineNumber,
    Optional<String> user,
    Optional<String> database,
    Optional<String> application,
    Optional<String> remoteHost,
    Kind kind,
    String severity,
    Optional<String> sqlState,
    String message,
    Optional<String> detail,
    Optional<String> hint,
    Optional<String> statement,
    Optional<String> parameters,
    Optional<BigDecimal> durationMillis,
    Optional<Long> queryId,
    Optional<String> plan,
    String tag,
    String transaction) {

  /** What the veneer's sessions are called at a shard, before the session's own id. */
  private static final String FORWARDED = "ppp:";

  private static final List<String> ERRORS = List.of("ERROR", "FATAL", "PANIC");

  /** What a line tells. */
  public enum Kind {
    /** A statement as it came. */
    STATEMENT,
    /** The parsing or binding of a statement whose execution has a line of its own. */
    PREPARATION,
    /** A warning or an error in a statement. */
    PROBLEM,
    /** How a statement was executed, by auto_explain; before that statement's own line. */
    PLAN,
    /** Connections, checkpoints, plain durations, and so on. */
    OTHER
  }

  public boolean isStatement() {
    return kind == Kind.STATEMENT || kind == Kind.PROBLEM;
  }

  /** Whether something failed. */
  public boolean isError() {
    return ERRORS.contains(severity);
  }

  /** Whether ppp asked it itself: its sessions are called {@code ppp VERB}. */
  public boolean isOwn() {
    String name = application.orElse("");
    return name.equals("ppp") || name.startsWith("ppp ");
  }

  /**
   * The veneer's session that this came from, as {@code %c} writes it there. A client that gives
   * itself such a name looks the same.
   */
  public Optional<String> veneerSession() {
    return application
        .filter(name -> name.startsWith(FORWARDED) && name.length() > FORWARDED.length())
        .map(name -> name.substring(FORWARDED.length()));
  }
}
