package org.partitionproxy.console;

import java.util.List;
import org.partitionproxy.diagnostic.Diagnostic;

/** Diagnostics as a person reads them, with the place in the file and a hint. */
public final class DiagnosticView {

  private DiagnosticView() {}

  public static String render(List<Diagnostic> diagnostics) {
    StringBuilder text = new StringBuilder();
    for (Diagnostic diagnostic : diagnostics) {
      text.append(diagnostic).append('\n');
      diagnostic
          .position()
          .ifPresent(
              at -> {
                String gutter = " ".repeat(Integer.toString(at.line()).length());
                text.append(gutter).append("--> ").append(at).append('\n');
                text.append(gutter).append(" |\n");
                text.append(at.line()).append(" | ").append(at.text()).append('\n');
                text.append(gutter).append(" | ").append(" ".repeat(at.column() - 1));
                text.append("^".repeat(at.length())).append('\n');
              });
      if (!diagnostic.hint().isEmpty()) {
        text.append("hint: ").append(diagnostic.hint().replace("\n", "\n      ")).append('\n');
      }
    }
    return text.toString();
  }
}
