package org.partitionproxy.check;

import java.util.List;

/**
 * What came of a command on an empty copy of the schema, where it was undone.
 *
 * @param sqlState {@link #DONE}, or why it was refused
 * @param settings the names of those of PostgreSQL's settings that it changed
 * @param temporary whether it made a temporary object
 */
record Attempt(String sqlState, String message, List<String> settings, boolean temporary) {

  static final String DONE = "PPP00";

  /** {@code sqlclient_unable_to_establish_sqlconnection}: the copy's foreign server is nowhere. */
  static final String SENT_TO_SHARD = "08001";

  static final String SYNTAX_ERROR = "42601";

  private static final String NOT_SUPPORTED = "0A000";

  Attempt {
    settings = List.copyOf(settings);
  }

  static Attempt refused(String sqlState, String message) {
    return new Attempt(sqlState, message, List.of(), false);
  }

  boolean succeeded() {
    return sqlState.equals(DONE) || sqlState.equals(SENT_TO_SHARD);
  }

  /** PL/pgSQL refuses all that begins or ends transactions, in one sentence. */
  boolean isTransactionCommand() {
    return sqlState.equals(NOT_SUPPORTED)
        && message.startsWith("EXECUTE of transaction commands is not");
  }

  /** A function with its owner's rights can't have others, either. */
  boolean isChangeOfRole() {
    return message.endsWith("within security-definer function");
  }

  /** PL/pgSQL has no client to copy from or to. */
  boolean isCopyWithClient() {
    return sqlState.equals(NOT_SUPPORTED) && message.startsWith("cannot COPY to/from client");
  }
}
