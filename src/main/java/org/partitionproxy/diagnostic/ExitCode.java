package org.partitionproxy.diagnostic;

/** The exit status of {@code ppp}; scripts rely on it. */
public enum ExitCode {
  /** Done, or nothing to do. */
  DONE(0),
  /** A bug in ppp. */
  BUG(1),
  /** Wrong usage of the command line. */
  USAGE(2),
  /** Wrong configuration; nothing was touched. */
  CONFIGURATION(3),
  /** A server cannot be reached; what does not need it was done. */
  UNREACHABLE(4),
  /** Refused: a hazard without consent, a lock held, another topology's server. */
  REFUSED(5),
  /** A statement failed and was rolled back. */
  SQL_FAILED(6),
  /** Stopped part-way; the message says how to go on. */
  PARTIAL(7),
  /** Findings, where asked for with {@code --exit-code} or {@code --fail-if}. */
  FINDINGS(10);

  private final int status;

  ExitCode(int status) {
    this.status = status;
  }

  public int status() {
    return status;
  }
}
