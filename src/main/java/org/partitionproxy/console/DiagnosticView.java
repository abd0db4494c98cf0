package org.partitionproxy.console;

import java.util.List;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.SourcePosition;

/** Diagnostics as a person reads them, with the place in the file and a hint. */
public final class DiagnosticView {

  /** In code points. */
  private static final int LINE_WIDTH = 160;

  private DiagnosticView() {}

  public static String render(List<Diagnostic> diagnostics) {
    StringBuilder text = new StringBuilder();
    for (Diagnostic diagnostic : diagnostics) {
      text.append(diagnostic).append('\n');
      diagnostic.position().ifPresent(at -> appendPlace(at, text));
      if (!diagnostic.hint().isEmpty()) {
        text.append("hint: ").append(diagnostic.hint().replace("\n", "\n      ")).append('\n');
      }
    }
    return text.toString();
  }

  private static void appendPlace(SourcePosition at, StringBuilder text) {
    String gutter = " ".repeat(Integer.toString(at.line()).length());
    int[] line = at.text().codePoints().toArray();
    // Of a very long line only the part around the place is shown.
    int from = Math.max(0, Math.min(at.column() - 1 - LINE_WIDTH / 2, line.length - LINE_WIDTH));
    int to = Math.min(line.length, from + LINE_WIDTH);
    String before = from > 0 ? "..." : "";
    text.append(gutter).append("--> ").append(at).append('\n');
    text.append(gutter).append(" |\n").append(at.line()).append(" | ").append(before);
    text.append(new String(line, from, to - from)).append(to < line.length ? "..." : "");
    text.append('\n').append(gutter).append(" | ").append(" ".repeat(before.length()));
    for (int i = from; i < at.column() - 1; i++) {
      // Tabs stay tabs, so that the mark stands under its text on any terminal.
      text.append(i < line.length && line[i] == '\t' ? '\t' : ' ');
    }
    int room = Math.max(1, from + LINE_WIDTH - at.column() + 1);
    text.append("^".repeat(Math.min(at.length(), room))).append('\n');
  }
}
