package org.partitionproxy.diagnostic;

/** How bad a {@link Diagnostic} is: an error stops the command, a warning does not. */
public enum Severity {
  ERROR,
  WARNING;

  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
