package org.partitionproxy.console;

import java.util.List;
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
    String bar = colors.blue("|");
    text.append(gutter).append(' ').append(bar).append('\n');
    text.append(colors.blue(Integer.toString(at.line()))).append(' ').append(bar).append(' ');
    text.append(visible(at.text())).append('\n');
    text.append(gutter).append(' ').append(bar).append(' ').append(indent(at));
    text.append(severe(diagnostic, "^".repeat(at.length()))).append('\n');
  }

  /** As wide as what stands before the place: a tab stays a tab. */
  private static String indent(SourcePosition at) {
    StringBuilder indent = new StringBuilder();
    at.text()
        .codePoints()
        .limit(at.column() - 1L)
        .forEach(c -> indent.append(c == '\t' ? '\t' : ' '));
    return indent.append(" ".repeat(at.column() - 1 - indent.length())).toString();
  }

  /** The line without what would move a terminal's cursor. */
  private static String visible(String line) {
    StringBuilder text = new StringBuilder();
    line.codePoints()
        .forEach(c -> text.appendCodePoint(c != '\t' && Character.isISOControl(c) ? 0xFFFD : c));
    return text.toString();
  }
}
