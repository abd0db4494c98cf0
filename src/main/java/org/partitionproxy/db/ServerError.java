package org.partitionproxy.db;

import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * What a server, or the way to it, said about a statement that another library sent.
 *
 * @param position in the statement, in characters from 1, where the server knows it
 */
public record ServerError(
    String sqlState,
    String message,
    Optional<String> detail,
    Optional<String> hint,
    OptionalInt position) {

  /** The innermost error of a database in a chain of causes. */
  public static Optional<ServerError> find(Throwable thrown) {
    Optional<SQLException> found = Optional.empty();
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException e) {
        found = Optional.of(e);
      }
    }
    return found.map(ServerError::of);
  }

  private static ServerError of(SQLException e) {
    @Nullable ServerErrorMessage message =
        e instanceof PSQLException psql ? psql.getServerErrorMessage() : null;
    int position = message == null ? 0 : message.getPosition();
    return new ServerError(
        Objects.requireNonNullElse(e.getSQLState(), "08001"),
        Failures.reason(e),
        Optional.ofNullable(message).map(ServerErrorMessage::getDetail),
        Optional.ofNullable(message).map(ServerErrorMessage::getHint),
        position > 0 ? OptionalInt.of(position) : OptionalInt.empty());
  }

  /** Whether it says that the session is lost: the server went away, or ended it. */
  public static boolean isConnectionLost(String sqlState) {
    return Failures.isConnectionLost(sqlState);
  }
}
