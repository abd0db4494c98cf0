package org.partitionproxy.console;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jline.utils.WCWidth;
import org.partitionproxy.db.UserResult;

/**
 * A query's result as psql draws it: columns aligned, numbers to the right, NULL as nothing, and a
 * {@code +} where a value goes on in the next line.
 */
public final class QueryTable {

  private QueryTable() {}

  /** The table, its row count and an empty line. */
  public static String render(UserResult.Rows result) {
    List<UserResult.Column> columns = result.columns();
    List<List<String>> header = new ArrayList<>();
    int[] widths = new int[columns.size()];
    for (int i = 0; i < widths.length; i++) {
      header.add(lines(columns.get(i).name()));
      widths[i] = width(header.get(i));
    }
    List<List<List<String>>> rows = new ArrayList<>();
    for (List<Optional<String>> row : result.rows()) {
      List<List<String>> cells = new ArrayList<>();
      for (int i = 0; i < widths.length; i++) {
        cells.add(lines(row.get(i).orElse("")));
        widths[i] = Math.max(widths[i], width(cells.get(i)));
      }
      rows.add(cells);
    }
    StringBuilder text = new StringBuilder();
    appendRow(text, header, widths, Collections.nCopies(widths.length, Align.CENTER));
    appendRule(text, widths);
    List<Align> aligns = columns.stream().map(c -> c.number() ? Align.RIGHT : Align.LEFT).toList();
    rows.forEach(row -> appendRow(text, row, widths, aligns));
    int count = rows.size();
    return text.append(count == 1 ? "(1 row)" : "(" + count + " rows)").append("\n\n").toString();
  }

  private enum Align {
    LEFT,
    CENTER,
    RIGHT;

    int before(int free) {
      return switch (this) {
        case LEFT -> 0;
        case CENTER -> free / 2;
        case RIGHT -> free;
      };
    }
  }

  private static void appendRow(
      StringBuilder text, List<List<String>> cells, int[] widths, List<Align> aligns) {
    int height = cells.stream().mapToInt(List::size).max().orElse(1);
    for (int line = 0; line < height; line++) {
      int start = text.length();
      for (int i = 0; i < widths.length; i++) {
        List<String> cell = cells.get(i);
        String shown = line < cell.size() ? cell.get(line) : "";
        int free = widths[i] - width(shown);
        int before = aligns.get(i).before(free);
        text.append(i == 0 ? " " : "| ").append(" ".repeat(before)).append(shown);
        text.append(" ".repeat(free - before)).append(line + 1 < cell.size() ? '+' : ' ');
      }
      stripTrailing(text, start);
      text.append('\n');
    }
  }

  private static void appendRule(StringBuilder text, int[] widths) {
    for (int i = 0; i < widths.length; i++) {
      text.append(i == 0 ? "" : "+").append("-".repeat(widths[i] + 2));
    }
    text.append('\n');
  }

  private static void stripTrailing(StringBuilder text, int start) {
    int end = text.length();
    while (end > start && text.charAt(end - 1) == ' ') {
      end--;
    }
    text.setLength(end);
  }

  /** The lines of a value; what would move the cursor or command the terminal is written out. */
  private static List<String> lines(String value) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    value
        .codePoints()
        .forEach(
            c -> {
              if (c == '\n') {
                lines.add(line.toString());
                line.setLength(0);
              } else if (c == '\r') {
                line.append("\\r");
              } else if (c == '\t') {
                line.append("        ", 0, 8 - width(line.toString()) % 8);
              } else if (Character.isISOControl(c)) {
                line.append(String.format("\\x%02X", c));
              } else {
                line.appendCodePoint(c);
              }
            });
    lines.add(line.toString());
    return lines;
  }

  private static int width(List<String> lines) {
    return lines.stream().mapToInt(QueryTable::width).max().orElse(0);
  }

  /** In columns of a terminal: a combining mark takes none, a Chinese character two. */
  private static int width(String line) {
    return line.codePoints().map(c -> Math.max(0, WCWidth.wcwidth(c))).sum();
  }
}
