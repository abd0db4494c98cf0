package org.partitionproxy.console;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.partitionproxy.inspect.LogEntry;

/**
 * Log entries as a person reads them: time, session, user, database, statement, in columns that
 * grow with what comes. Further lines of an entry are indented.
 */
public final class LogView {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT);
  private static final String INDENT = "    ";

  /** A column wider than this is not kept up for the lines after it. */
  private static final int WIDEST_COLUMN = 32;

  private static final int REMEMBERED_SESSIONS = 1000;

  private final ZoneId zone;
  private final int[] widths = {0, 0, 0};

  /** The last statement shown of each session: an error in it need not repeat it. */
  private final Map<String, String> shown = new LinkedHashMap<>();

  /**
   * @param zone in which times are shown
   */
  public LogView(ZoneId zone) {
    this.zone = zone;
  }

  /** The entries' lines, with a line feed after each. */
  public String render(List<LogEntry> entries) {
    entries.forEach(entry -> widen(columns(entry)));
    StringBuilder text = new StringBuilder();
    for (LogEntry entry : entries) {
      text.append(TIME.format(entry.timestamp().atZone(zone)));
      List<String> columns = columns(entry);
      for (int i = 0; i < columns.size(); i++) {
        String column = columns.get(i);
        text.append("  ").append(column);
        text.append(" ".repeat(Math.max(0, widths[i] - column.length())));
      }
      text.append("  ").append(body(entry)).append('\n');
    }
    return text.toString();
  }

  private static List<String> columns(LogEntry entry) {
    return List.of(
        printable(entry.sessionId()),
        printable(entry.user().orElse("-")),
        printable(entry.database().orElse("-")));
  }

  private void widen(List<String> columns) {
    for (int i = 0; i < columns.size(); i++) {
      widths[i] = Math.max(widths[i], Math.min(columns.get(i).length(), WIDEST_COLUMN));
    }
  }

  private String body(LogEntry entry) {
    if (entry.kind() == LogEntry.Kind.STATEMENT || entry.kind() == LogEntry.Kind.PREPARATION) {
      return statement(entry);
    }
    StringBuilder text = new StringBuilder(printable(entry.severity()));
    entry.sqlState().filter(s -> !s.equals("00000")).ifPresent(s -> text.append(' ').append(s));
    text.append(": ").append(indented(entry.message()));
    entry.detail().ifPresent(s -> text.append(line("detail: " + s)));
    entry.hint().ifPresent(s -> text.append(line("hint: " + s)));
    entry
        .statement()
        .filter(s -> !s.equals(shown.get(entry.sessionId())))
        .ifPresent(s -> text.append(line("statement: " + s)));
    return text.toString();
  }

  private String statement(LogEntry entry) {
    String statement = entry.statement().orElse("");
    remember(entry.sessionId(), statement);
    StringBuilder text = new StringBuilder();
    if (entry.kind() == LogEntry.Kind.PREPARATION) {
      text.append("(prepared) ");
    }
    text.append(indented(statement));
    entry.durationMillis().ifPresent(d -> text.append("  (").append(d).append(" ms)"));
    entry.parameters().ifPresent(s -> text.append(line(s)));
    return text.toString();
  }

  private void remember(String session, String statement) {
    shown.remove(session);
    shown.put(session, statement);
    if (shown.size() > REMEMBERED_SESSIONS) {
      shown.remove(shown.keySet().iterator().next());
    }
  }

  private static String line(String text) {
    return "\n" + INDENT + indented(text);
  }

  /** The lines after the first lose the indentation that they share, and get ours. */
  private static String indented(String text) {
    String clean = printable(text).stripTrailing();
    int cut = clean.indexOf('\n');
    if (cut < 0) {
      return clean;
    }
    return clean.substring(0, cut).stripTrailing()
        + "\n"
        + clean
            .substring(cut + 1)
            .stripIndent()
            .lines()
            .map(line -> INDENT + line)
            .collect(Collectors.joining("\n"));
  }

  /** Whatever a client put into a statement, it does not steer the terminal of who reads it. */
  static String printable(String text) {
    if (text.chars().noneMatch(LogView::isControl)) {
      return text;
    }
    StringBuilder clean = new StringBuilder(text.length());
    text.chars()
        .forEach(
            c -> {
              if (isControl(c)) {
                clean.append(c == '\r' ? "" : String.format(Locale.ROOT, "\\x%02x", c));
              } else {
                clean.append((char) c);
              }
            });
    return clean.toString();
  }

  private static boolean isControl(int c) {
    return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0);
  }
}
