package org.partitionproxy.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.partitionproxy.inspect.LogEntry;
import org.partitionproxy.inspect.SqlWords;

/**
 * One statement in a shard's log, as postgres_fdw sends them.
 *
 * @param cursor that it opens, reads or closes; empty where there is none
 * @param sql what it asks: of DECLARE the query
 * @param end by the veneer's clock
 * @param duration with parsing and binding
 * @see <a href="https://www.postgresql.org/docs/18/postgres-fdw.html">F.38 postgres_fdw,
 *     Transaction Management</a>
 */
record Step(
    Kind kind,
    String cursor,
    String sql,
    Optional<String> parameters,
    Instant end,
    Duration duration,
    OptionalLong rows,
    Optional<Problem> problem,
    LogEntry line) {

  enum Kind {
    /** Settings of a new connection. */
    SETUP,
    /** START TRANSACTION, SAVEPOINT: sent when the first statement needs it. */
    OPENING,
    /** COMMIT, ABORT, and what is tidied up then. */
    CLOSING,
    /** RELEASE, ROLLBACK TO. */
    SAVEPOINT_END,
    DECLARE,
    FETCH,
    CLOSE,
    DEALLOCATE,
    STATEMENT
  }

  private static final Pattern SETTING =
      Pattern.compile(
          "SET (?:search_path|timezone|datestyle|intervalstyle|extra_float_digits|application_name)\\b.*",
          Pattern.DOTALL);
  private static final Pattern DECLARE =
      Pattern.compile("DECLARE (c[0-9]+) CURSOR FOR\\s(.*)", Pattern.DOTALL);
  private static final Pattern FETCH = Pattern.compile("FETCH [0-9]+ FROM (c[0-9]+)");
  private static final Pattern CLOSE = Pattern.compile("(?:CLOSE|MOVE BACKWARD ALL IN) (c[0-9]+)");

  /** The savepoints of postgres_fdw have names of its own: s2, s3. */
  private static final SqlWords AT_THE_END = new SqlWords(Set.of("release", "commit"), Set.of());

  private static final SqlWords AT_ROLLBACK = new SqlWords(Set.of("rollback"), Set.of());

  static Step of(LogEntry line, Instant end, Duration duration, OptionalLong rows) {
    String sql = line.statement().orElse("").strip();
    Optional<Problem> problem =
        line.kind() == LogEntry.Kind.PROBLEM
            ? Optional.of(new Problem(line.sqlState().orElse(""), line.message()))
            : Optional.empty();
    Matcher declared = DECLARE.matcher(sql);
    if (declared.matches()) {
      return new Step(
          Kind.DECLARE,
          declared.group(1),
          declared.group(2),
          line.parameters(),
          end,
          duration,
          rows,
          problem,
          line);
    }
    Matcher fetched = FETCH.matcher(sql);
    Matcher closed = CLOSE.matcher(sql);
    Kind kind = fetched.matches() ? Kind.FETCH : closed.matches() ? Kind.CLOSE : kind(sql);
    String cursor =
        kind == Kind.FETCH ? fetched.group(1) : kind == Kind.CLOSE ? closed.group(1) : "";
    return new Step(kind, cursor, sql, line.parameters(), end, duration, rows, problem, line);
  }

  private static Kind kind(String sql) {
    if (sql.startsWith("START TRANSACTION") || sql.startsWith("SAVEPOINT ")) {
      return Kind.OPENING;
    }
    if (sql.startsWith("COMMIT") || sql.startsWith("ABORT") || sql.equals("DEALLOCATE ALL")) {
      return Kind.CLOSING;
    }
    if (sql.startsWith("RELEASE SAVEPOINT") || sql.startsWith("ROLLBACK TO SAVEPOINT")) {
      return Kind.SAVEPOINT_END;
    }
    if (sql.startsWith("DEALLOCATE ")) {
      return Kind.DEALLOCATE;
    }
    return SETTING.matcher(sql).matches() ? Kind.SETUP : Kind.STATEMENT;
  }

  /** Of the statements that it can have come of. */
  SqlWords words() {
    if (kind == Kind.SAVEPOINT_END) {
      return sql.startsWith("RELEASE") ? AT_THE_END : AT_ROLLBACK;
    }
    return SqlWords.of(sql + " " + parameters.orElse(""));
  }

  /** The same, showing what its cursor or prepared statement is of. */
  Step of(Step leader) {
    return new Step(kind, cursor, leader.sql(), parameters, end, duration, rows, problem, line);
  }

  Instant begin() {
    return end.minus(duration);
  }

  Purpose purpose() {
    return switch (kind) {
      case SETUP -> Purpose.SETUP;
      case OPENING, CLOSING, SAVEPOINT_END, DEALLOCATE, CLOSE -> Purpose.CONTROL;
      default -> purpose(sql.toUpperCase(Locale.ROOT));
    };
  }

  private static Purpose purpose(String sql) {
    if (sql.startsWith("INSERT")
        || sql.startsWith("UPDATE")
        || sql.startsWith("DELETE")
        || sql.startsWith("TRUNCATE")) {
      return Purpose.WRITE;
    }
    if (sql.startsWith("EXPLAIN")
        || sql.startsWith("SELECT PG_CATALOG.PG_RELATION_SIZE")
        || sql.startsWith("SELECT RELTUPLES")
        || sql.contains("TABLESAMPLE ")) {
      return Purpose.STATISTICS;
    }
    return sql.endsWith(" FOR UPDATE") || sql.endsWith(" FOR SHARE") ? Purpose.LOCK : Purpose.READ;
  }
}
