package org.partitionproxy.inspect;

import java.nio.charset.StandardCharsets;

/** Entries for tests, made of lines as a server writes them. */
public final class LogEntries {

  private LogEntries() {}

  /**
   * @param fields further ones, as JSON without braces
   */
  public static LogEntry entry(String user, String database, String fields) {
    String line =
        "{\"timestamp\":\"2026-11-20 10:43:10.123 UTC\",\"user\":\"%s\",\"dbname\":\"%s\",\"pid\":4711,\"session_id\":\"6739d1c3.1267\",\"line_num\":1,%s}"
            .formatted(user, database, fields);
    return new LogDecoder(new LogClock("UTC"))
        .decode(line.getBytes(StandardCharsets.UTF_8))
        .orElseThrow(() -> new IllegalArgumentException(line));
  }

  public static LogEntry statement(String user, String database, String sql) {
    return entry(
        user, database, "\"error_severity\":\"LOG\",\"message\":\"statement: " + sql + "\"");
  }
}
