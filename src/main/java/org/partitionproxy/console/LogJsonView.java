package org.partitionproxy.console;

import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.partitionproxy.inspect.LogEntry;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Log entries for programs: one JSON object a line. Keys that have no value are left out; times are
 * UTC.
 */
public final class LogJsonView {

  private final JsonFactory json = new JsonFactory();
  private final String server;

  /**
   * @param server whose log it is, by its name in shards.yaml
   */
  public LogJsonView(String server) {
    this.server = server;
  }

  /** The entries' objects, with a line feed after each. */
  public String render(List<LogEntry> entries) {
    StringWriter text = new StringWriter();
    for (LogEntry entry : entries) {
      try (JsonGenerator generator = json.createGenerator(ObjectWriteContext.empty(), text)) {
        write(entry, generator);
      }
      text.append('\n');
    }
    return text.toString();
  }

  private void write(LogEntry entry, JsonGenerator to) {
    to.writeStartObject();
    to.writeStringProperty("timestamp", entry.timestamp().toString());
    to.writeStringProperty("server", server);
    to.writeStringProperty("session", entry.sessionId());
    to.writeNumberProperty("session_line", entry.lineNumber());
    to.writeNumberProperty("pid", entry.pid());
    write(to, "user", entry.user());
    write(to, "database", entry.database());
    write(to, "application", entry.application());
    write(to, "veneer_session", entry.veneerSession());
    write(to, "remote_host", entry.remoteHost());
    to.writeStringProperty("kind", entry.kind().name().toLowerCase(Locale.ROOT));
    to.writeStringProperty("severity", entry.severity());
    write(to, "sqlstate", entry.sqlState());
    write(to, "statement", entry.statement());
    write(to, "parameters", entry.parameters());
    entry.durationMillis().ifPresent(d -> to.writeNumberProperty("duration_ms", d));
    to.writeStringProperty("message", entry.message());
    write(to, "detail", entry.detail());
    write(to, "hint", entry.hint());
    entry.queryId().ifPresent(id -> to.writeNumberProperty("query_id", id));
    to.writeEndObject();
  }

  private static void write(JsonGenerator to, String name, Optional<String> value) {
    value.ifPresent(text -> to.writeStringProperty(name, text));
  }
}
