package org.partitionproxy.db;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLWarning;
import org.postgresql.util.ServerErrorMessage;

/** Runs text as it is, by the simple query protocol, and reads whatever comes back. */
final class UserText {

  private static final Set<Integer> NUMBERS =
      Set.of(Types.SMALLINT, Types.INTEGER, Types.BIGINT, Types.REAL, Types.DOUBLE, Types.NUMERIC);

  private UserText() {}

  /**
   * @throws SQLException only if the connection is lost or the driver itself objects
   */
  static List<UserResult> run(Connection connection, String text) throws SQLException {
    List<UserResult> results = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      // Braces are PostgreSQL's here, not JDBC's.
      statement.setEscapeProcessing(false);
      try {
        boolean isRows = statement.execute(text);
        addNotices(statement.getWarnings(), results);
        addResults(statement, isRows, results);
      } catch (SQLException e) {
        addNotices(statement.getWarnings(), results);
        results.add(refused(e));
      }
    }
    return results;
  }

  private static void addResults(Statement statement, boolean isRows, List<UserResult> results)
      throws SQLException {
    boolean more = isRows;
    while (more || statement.getLargeUpdateCount() >= 0) {
      if (more) {
        try (ResultSet rows = statement.getResultSet()) {
          results.add(rows(rows));
        }
      } else {
        results.add(new UserResult.Done(statement.getLargeUpdateCount()));
      }
      more = statement.getMoreResults();
    }
  }

  private static UserResult.Rows rows(ResultSet source) throws SQLException {
    ResultSetMetaData described = source.getMetaData();
    int width = described.getColumnCount();
    List<UserResult.Column> columns = new ArrayList<>(width);
    for (int i = 1; i <= width; i++) {
      columns.add(
          new UserResult.Column(
              described.getColumnLabel(i), NUMBERS.contains(described.getColumnType(i))));
    }
    List<List<Optional<String>>> rows = new ArrayList<>();
    while (source.next()) {
      List<Optional<String>> row = new ArrayList<>(width);
      for (int i = 1; i <= width; i++) {
        row.add(Optional.ofNullable(source.getString(i)));
      }
      rows.add(row);
    }
    return new UserResult.Rows(columns, rows);
  }

  private static void addNotices(@Nullable SQLWarning first, List<UserResult> results) {
    for (SQLWarning warning = first; warning != null; warning = warning.getNextWarning()) {
      ServerErrorMessage message =
          warning instanceof PSQLWarning psql ? psql.getServerErrorMessage() : null;
      results.add(
          new UserResult.Notice(
              message == null || message.getSeverity() == null ? "NOTICE" : message.getSeverity(),
              Objects.requireNonNullElse(warning.getMessage(), ""),
              Optional.ofNullable(message).map(ServerErrorMessage::getHint)));
    }
  }

  /** The server's own words; a lost connection and the driver's objections go on as they are. */
  private static UserResult.Refused refused(SQLException e) throws SQLException {
    ServerErrorMessage message =
        e instanceof PSQLException psql ? psql.getServerErrorMessage() : null;
    String state = Objects.requireNonNullElse(e.getSQLState(), "08001");
    if (state.startsWith("08") || state.startsWith("57P")) {
      throw e;
    }
    if (message == null) {
      String reason = Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
      return new UserResult.Refused(
          state, reason, Optional.empty(), Optional.empty(), OptionalInt.empty());
    }
    int position = message.getPosition();
    return new UserResult.Refused(
        state,
        Objects.requireNonNullElse(message.getMessage(), "no message"),
        Optional.ofNullable(message.getDetail()),
        Optional.ofNullable(message.getHint()),
        position > 0 ? OptionalInt.of(position) : OptionalInt.empty());
  }
}
