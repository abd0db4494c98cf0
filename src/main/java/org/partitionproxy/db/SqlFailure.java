package org.partitionproxy.db;

import org.jspecify.annotations.Nullable;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.topology.ServerName;

/** A server refused a connection or a statement, or could not be reached. */
public final class SqlFailure extends PppException {

  private static final long serialVersionUID = 1L;

  private final transient ServerName server;
  private final String sqlState;

  SqlFailure(ServerName server, String sqlState, Diagnostic diagnostic, @Nullable Throwable cause) {
    super(diagnostic, cause);
    this.server = server;
    this.sqlState = sqlState;
  }

  public ServerName server() {
    return server;
  }

  /** The five characters of SQLSTATE; {@code 08001} where no server answered. */
  public String sqlState() {
    return sqlState;
  }

  /** Whether the server could not be reached, or went away: nothing more can be done on it now. */
  public boolean isUnreachable() {
    return diagnostics().get(0).code() == Code.SERVER_UNREACHABLE;
  }
}
