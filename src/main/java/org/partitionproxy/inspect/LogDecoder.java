package org.partitionproxy.inspect;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * Makes entries of the lines of a jsonlog file.
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/18/runtime-config-logging.html#RUNTIME-CONFIG-LOGGING-JSONLOG">PostgreSQL,
 *     19.8.5 Using JSON-Format Log Output</a>
 */
final class LogDecoder {

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(LineBuffer.LONGEST_LINE).build())
          .build();

  private final LogClock clock;

  LogDecoder(LogClock clock) {
    this.clock = clock;
  }

  /**
   * Empty for a line that is no entry: cut by a crash, or written by something else. Bytes that are
   * not UTF-8 (from databases with another encoding) read as U+FFFD.
   */
  Optional<LogEntry> decode(byte[] line) {
    try {
      Map<String, String> fields = fields(new String(line, StandardCharsets.UTF_8));
      return Optional.of(entry(fields));
    } catch (JacksonException | DateTimeException | NumberFormatException | MissingField e) {
      return Optional.empty();
    }
  }

  /** A line as it is, without masks; nothing for a line that is no entry. */
  Map<String, String> plainFields(String line) {
    try {
      return fields(line);
    } catch (JacksonException | MissingField e) {
      return new HashMap<>();
    }
  }

  /** Of the plain fields of a worker's error; empty for a line without a time. */
  Optional<WorkerFailure> failure(Map<String, String> fields) {
    try {
      return Optional.of(
          new WorkerFailure(
              clock.read(require(fields, "timestamp")),
              false,
              PasswordMask.inMessage(fields.getOrDefault("message", "")),
              Optional.ofNullable(fields.get("detail")).map(PasswordMask::inMessage),
              fields.getOrDefault("context", "")));
    } catch (DateTimeException | MissingField e) {
      return Optional.empty();
    }
  }

  private static final class MissingField extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MissingField(String name) {
      super(name);
    }
  }

  private static Map<String, String> fields(String line) {
    Map<String, String> fields = new HashMap<>();
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MissingField("{");
      }
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        if (parser.nextToken().isScalarValue()) {
          fields.put(name, parser.getString());
        } else {
          parser.skipChildren();
        }
      }
      if (parser.nextToken() != null) {
        throw new MissingField("end of line");
      }
    }
    return fields;
  }

  private LogEntry entry(Map<String, String> fields) {
    Instant timestamp = clock.read(require(fields, "timestamp"));
    String message = fields.getOrDefault("message", "");
    String severity = require(fields, "error_severity");
    LogMessage parts = LogMessage.of(message);
    Optional<String> statement =
        parts.statement().or(() -> Optional.ofNullable(fields.get("statement")));
    Optional<String> detail = Optional.ofNullable(fields.get("detail"));
    Optional<String> parameters =
        parts.statement().isPresent() ? detail.flatMap(LogDecoder::parameters) : Optional.empty();
    String shown =
        parts.statement().isPresent()
            ? PasswordMask.inSql(message)
            : PasswordMask.inMessage(message);
    return new LogEntry(
        timestamp,
        fields.getOrDefault("session_id", ""),
        Integer.parseInt(fields.getOrDefault("pid", "0")),
        Long.parseLong(fields.getOrDefault("line_num", "0")),
        Optional.ofNullable(fields.get("user")),
        Optional.ofNullable(fields.get("dbname")),
        Optional.ofNullable(fields.get("application_name")),
        Optional.ofNullable(fields.get("remote_host")),
        kind(parts, severity, statement),
        severity,
        Optional.ofNullable(fields.get("state_code")),
        shown,
        detail.map(PasswordMask::inMessage),
        Optional.ofNullable(fields.get("hint")).map(PasswordMask::inMessage),
        statement.map(PasswordMask::inSql),
        parameters.map(PasswordMask::inMessage),
        parts.durationMillis(),
        Optional.ofNullable(fields.get("query_id")).map(Long::valueOf),
        parts.plan().map(plan -> shown.substring(shown.indexOf('\n') + 1)),
        fields.getOrDefault("ps", ""),
        fields.getOrDefault("vxid", ""));
  }

  private static LogEntry.Kind kind(
      LogMessage message, String severity, Optional<String> statement) {
    if (message.kind() != LogEntry.Kind.OTHER) {
      return message.kind();
    }
    boolean problem =
        severity.equals("WARNING")
            || severity.equals("ERROR")
            || severity.equals("FATAL")
            || severity.equals("PANIC");
    return problem && statement.isPresent() ? LogEntry.Kind.PROBLEM : LogEntry.Kind.OTHER;
  }

  /** {@code parameters: …} up to version 15, {@code Parameters: …} from 16 on. */
  private static Optional<String> parameters(String detail) {
    String label = "parameters: ";
    return detail.toLowerCase(Locale.ROOT).startsWith(label)
        ? Optional.of(detail.substring(label.length()))
        : Optional.empty();
  }

  private static String require(Map<String, String> fields, String name) {
    String value = fields.get(name);
    if (value == null) {
      throw new MissingField(name);
    }
    return value;
  }
}
