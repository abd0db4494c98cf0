package org.partitionproxy.diagnostic;

import java.util.Optional;

/**
 * One problem, told so that the reader knows what to do next.
 *
 * @param summary lower-case, one line, names in double quotes, no full stop
 * @param position where in a file, if it is about one
 * @param hint a full sentence that says how to mend it; may have several lines
 */
public record Diagnostic(
    Severity severity, Code code, String summary, Optional<SourcePosition> position, String hint) {

  public static Diagnostic error(Code code, String summary, String hint) {
    return new Diagnostic(Severity.ERROR, code, summary, Optional.empty(), hint);
  }

  public static Diagnostic error(Code code, SourcePosition position, String summary, String hint) {
    return new Diagnostic(Severity.ERROR, code, summary, Optional.of(position), hint);
  }

  public static Diagnostic warning(Code code, String summary, String hint) {
    return new Diagnostic(Severity.WARNING, code, summary, Optional.empty(), hint);
  }

  public boolean isError() {
    return severity == Severity.ERROR;
  }

  /** {@code error[PPP204]: summary}, without place and hint. */
  @Override
  public String toString() {
    return severity + "[" + code + "]: " + summary;
  }
}
