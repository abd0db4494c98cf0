package org.partitionproxy.migrate;

import java.util.Optional;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/**
 * A script that must not be committed, because what shows the tenant's tables elsewhere can't move
 * with it.
 */
public final class CannotFollow extends PppException {

  private static final long serialVersionUID = 1L;

  private final String script;
  private final transient Optional<String> sqlState;

  /**
   * @param sqlState of the statement that was refused, where there was one
   */
  public CannotFollow(String script, Optional<String> sqlState, Diagnostic reason) {
    super(reason);
    this.script = script;
    this.sqlState = sqlState;
  }

  /** The first in a chain of causes. */
  static Optional<CannotFollow> find(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof CannotFollow found) {
        return Optional.of(found);
      }
    }
    return Optional.empty();
  }

  String script() {
    return script;
  }

  Optional<String> sqlState() {
    return sqlState;
  }
}
