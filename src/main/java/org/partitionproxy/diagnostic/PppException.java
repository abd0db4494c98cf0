package org.partitionproxy.diagnostic;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Ends a command, or one unit of its work, with problems that a person can act on. */
public class PppException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient List<Diagnostic> diagnostics;

  public PppException(Diagnostic diagnostic) {
    this(List.of(diagnostic), null);
  }

  public PppException(Diagnostic diagnostic, @Nullable Throwable cause) {
    this(List.of(diagnostic), cause);
  }

  public PppException(List<Diagnostic> diagnostics) {
    this(diagnostics, null);
  }

  private PppException(List<Diagnostic> diagnostics, @Nullable Throwable cause) {
    super(diagnostics.stream().map(Diagnostic::toString).collect(Collectors.joining("\n")), cause);
    this.diagnostics = List.copyOf(diagnostics);
    if (diagnostics.isEmpty()) {
      throw new IllegalArgumentException("an exception needs a reason");
    }
  }

  public List<Diagnostic> diagnostics() {
    return diagnostics;
  }

  /** That of the first diagnostic. */
  public ExitCode exitCode() {
    return diagnostics.get(0).code().exitCode();
  }
}
