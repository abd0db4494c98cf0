package org.partitionproxy.explain;

import java.util.Locale;

/** Whether a statement is run to see what its plan costs. */
public enum Execution {
  /** It is planned only. */
  NONE,
  /** It is run in a transaction that may only read, and rolled back. */
  READ,
  /** It is run even if it writes, and rolled back. Sequences don't go back. */
  WRITE;

  /** In lower case, as programs read it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
