package org.partitionproxy.inspect;

import org.partitionproxy.sql.SqlResource;

/** The functions in schema {@code ppp} that let a server's log be read by SQL. */
public final class LogFunctions {

  /** Idempotent; schema {@code ppp} must be there. */
  public static final SqlResource SQL =
      SqlResource.load("/org/partitionproxy/inspect/log_functions.sql");

  private LogFunctions() {}
}
