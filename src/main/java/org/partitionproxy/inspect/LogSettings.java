package org.partitionproxy.inspect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.topology.ServerDefinition;

/**
 * How a server logs.
 *
 * @param installed whether ppp's functions for reading the log are there
 */
record LogSettings(
    String destination,
    boolean collector,
    String statements,
    String minimumDuration,
    String messages,
    String timezone,
    boolean installed) {

  private static final String READ =
      """
      SELECT pg_catalog.current_setting('log_destination') AS destination,
             pg_catalog.current_setting('logging_collector')::pg_catalog.bool AS collector,
             pg_catalog.current_setting('log_statement') AS statements,
             pg_catalog.current_setting('log_min_duration_statement') AS minimum_duration,
             pg_catalog.current_setting('lc_messages') AS messages,
             pg_catalog.current_setting('log_timezone') AS timezone,
             pg_catalog.to_regprocedure('ppp.log_files()') IS NOT NULL
               AND pg_catalog.to_regprocedure('ppp.log_current()') IS NOT NULL
               AND pg_catalog.to_regprocedure('ppp.log_read(text, bigint, integer)') IS NOT NULL
               AS installed""";

  /** For superusers, and roles with a grant for these parameters; without them it does nothing. */
  private static final String QUIET =
      """
      SELECT pg_catalog.set_config(s.name, s.quiet, false) AS value
      FROM (VALUES ('log_statement', 'none'),
                   ('log_min_duration_statement', '-1'),
                   ('log_min_duration_sample', '-1'),
                   ('log_transaction_sample_rate', '0'),
                   ('auto_explain.log_min_duration', '-1'),
                   ('log_duration', 'off')) AS s (name, quiet)
      WHERE pg_catalog.has_parameter_privilege(s.name, 'SET')
      ORDER BY s.name""";

  static LogSettings read(Session session) {
    return session
        .queryOne(
            READ,
            row ->
                new LogSettings(
                    row.string("destination"),
                    row.bool("collector"),
                    row.string("statements"),
                    row.string("minimum_duration"),
                    row.string("messages"),
                    row.string("timezone"),
                    row.bool("installed")))
        .orElseThrow();
  }

  /** Keeps the session's own reading, several times a second, out of the log that it reads. */
  static void keepQuiet(Session session) {
    session.query(QUIET, row -> row.string("value"));
  }

  void requireReadable(ServerDefinition server) {
    List<String> wrong = new ArrayList<>();
    List<String> right = new ArrayList<>();
    if (!logsJson()) {
      wrong.add("log_destination = '" + destination + "'");
      right.add("log_destination = 'jsonlog' (a reload is enough)");
    }
    if (!collector) {
      wrong.add("logging_collector = off");
      right.add("logging_collector = on (which takes a restart)");
    }
    if (!wrong.isEmpty()) {
      throw new PppException(
          Diagnostic.error(
              Code.LOG_NOT_JSON,
              "server \"" + server.name() + "\" keeps no log in JSON: " + String.join(", ", wrong),
              "Set " + String.join(" and ", right) + " on it."));
    }
    if (!installed) {
      throw new PppException(
          Diagnostic.error(
              Code.LOG_FUNCTIONS_MISSING,
              "server \"" + server.name() + "\" has no functions of ppp for reading its log",
              "Run `ppp initialize`, which makes them in schema \"ppp\"."));
    }
  }

  private boolean logsJson() {
    return Arrays.stream(destination.toLowerCase(Locale.ROOT).split(",", -1))
        .anyMatch(name -> name.strip().equals("jsonlog"));
  }

  List<Diagnostic> warnings(ServerDefinition server) {
    List<Diagnostic> warnings = new ArrayList<>();
    if (!statements.equals("all") && !minimumDuration.equals("0")) {
      warnings.add(
          Diagnostic.warning(
              Code.LOG_INCOMPLETE,
              "server \""
                  + server.name()
                  + "\" does not log every statement: log_statement = '"
                  + statements
                  + "'",
              "Set log_statement = 'all' on it to see them all (a reload is enough)."));
    }
    if (!messages.matches("(?i)C|POSIX|en.*|C\\..*|")) {
      warnings.add(
          Diagnostic.warning(
              Code.LOG_NOT_ENGLISH,
              "server \""
                  + server.name()
                  + "\" logs in another language than English:"
                  + " lc_messages = '"
                  + messages
                  + "'",
              "Set lc_messages = 'C' on it (a reload is enough);"
                  + " statements are told by the English words before them."));
    }
    return warnings;
  }
}
