package org.partitionproxy.console;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.SourcePosition;

/** Diagnostics as a person reads them, with the place in the file and a hint. */
public final class DiagnosticView {

  private final Colors colors;

  private DiagnosticView(Colors colors) {
    this.colors = colors;
  }

  /** Plain text. */
  public static String render(List<Diagnostic> diagnostics) {
    return render(diagnostics, Colors.NONE);
  }

  public static String render(List<Diagnostic> diagnostics, Colors colors) {
    DiagnosticView view = new DiagnosticView(colors);
    StringBuilder text = new StringBuilder();
    for (Diagnostic diagnostic : diagnostics) {
      view.append(text, diagnostic);
    }
    return text.toString();
  }

  /** The same for machines: values for {@link Json}. */
  static List<Object> json(List<Diagnostic> diagnostics) {
    List<Object> values = new ArrayList<>();
    for (Diagnostic diagnostic : diagnostics) {
      Map<String, Object> value = new LinkedHashMap<>();
      value.put("severity", diagnostic.severity());
      value.put("code", diagnostic.code());
      value.put("summary", diagnostic.summary());
      value.put("place", diagnostic.position().map(SourcePosition::toString));
      value.put("hint", diagnostic.hint());
      values.add(value);
    }
    return values;
  }

  private void append(StringBuilder text, Diagnostic diagnostic) {
    text.append(severity(diagnostic)).append(": ");
    text.append(colors.bold(diagnostic.summary())).append('\n');
    diagnostic.position().ifPresent(at -> append(text, at, diagnostic));
    if (!diagnostic.hint().isEmpty()) {
      text.append(colors.cyan("hint")).append(": ");
      text.append(diagnostic.hint().replace("\n", "\n      ")).append('\n');
    }
  }

  private String severity(Diagnostic diagnostic) {
    String label = diagnostic.severity() + "[" + diagnostic.code() + "]";
    return severe(diagnostic, label);
  }

  private String severe(Diagnostic diagnostic, String text) {
    return colors.bold(diagnostic.isError() ? colors.red(text) : colors.yellow(text));
  }

  /** The place, and under it the line, unless it must not be shown: then its text is empty. */
  private void append(StringBuilder text, SourcePosition at, Diagnostic diagnostic) {
    String gutter = " ".repeat(Integer.toString(at.line()).length());
    text.append(gutter).append(colors.blue("-->")).append(' ').append(at).append('\n');
    if (at.text().isEmpty()) {
      return;
    }
    Window window = Window.around(at);
    String bar = colors.blue("|");
    text.append(gutter).append(' ').append(bar).append('\n');
    text.append(colors.blue(Integer.toString(at.line()))).append(' ').append(bar).append(' ');
    text.append(visible(window.line())).append('\n');
    text.append(gutter).append(' ').append(bar).append(' ').append(window.indent());
    text.append(severe(diagnostic, "^".repeat(window.markLength()))).append('\n');
  }

  /**
   * The part of a long line around the place, and the mark under it.
   *
   * @param indent as wide as what stands before the place: a tab stays a tab
   */
  private record Window(String line, String indent, int markLength) {

    /** In code points. */
    private static final int WIDTH = 160;

    private static final String CUT = "...";

    static Window around(SourcePosition at) {
      int[] line = at.text().codePoints().toArray();
      int from = Math.max(0, Math.min(at.column() - 1 - WIDTH / 2, line.length - WIDTH));
      int to = Math.min(line.length, from + WIDTH);
      String before = from > 0 ? CUT : "";
      StringBuilder indent = new StringBuilder(" ".repeat(before.length()));
      for (int i = from; i < at.column() - 1; i++) {
        indent.append(i < line.length && line[i] == '\t' ? '\t' : ' ');
      }
      int room = Math.max(1, from + WIDTH - at.column() + 1);
      return new Window(
          before + new String(line, from, to - from) + (to < line.length ? CUT : ""),
          indent.toString(),
          Math.min(at.length(), room));
    }
  }

  /** The line without what would move a terminal's cursor. */
  private static String visible(String line) {
    StringBuilder text = new StringBuilder();
    line.codePoints()
        .forEach(c -> text.appendCodePoint(c != '\t' && Character.isISOControl(c) ? 0xFFFD : c));
    return text.toString();
  }
}
