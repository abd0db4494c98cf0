package org.partitionproxy.db;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Field;
import org.postgresql.core.Query;
import org.postgresql.core.QueryExecutor;
import org.postgresql.core.ResultCursor;
import org.postgresql.core.ResultHandlerBase;
import org.postgresql.core.Tuple;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLWarning;
import org.postgresql.util.ServerErrorMessage;

/**
 * All that a server said of one statement.
 *
 * @param error why it was refused, if it was
 * @param tag what the server calls what it did: {@code LOCK TABLE}, {@code COPY 3}
 * @param lines the first column of the rows
 * @param details of what it said beside the result
 */
public record Probe(
    Optional<ServerError> error, String tag, List<String> lines, List<String> details) {

  public Probe {
    lines = List.copyOf(lines);
    details = List.copyOf(details);
  }

  /**
   * By the simple query protocol, so that question marks stay what they are. The driver cuts the
   * text at semicolons; what comes after the first one is sent too.
   *
   * @throws SQLException only if the connection is lost
   */
  static Probe run(Connection connection, String text) throws SQLException {
    QueryExecutor executor = connection.unwrap(BaseConnection.class).getQueryExecutor();
    Answer answer = new Answer();
    Optional<SQLException> refused = Optional.empty();
    try {
      executor.execute(
          executor.createSimpleQuery(text),
          null,
          answer,
          0,
          0,
          QueryExecutor.QUERY_EXECUTE_AS_SIMPLE
              | QueryExecutor.QUERY_SUPPRESS_BEGIN
              | QueryExecutor.QUERY_ONESHOT
              | QueryExecutor.QUERY_NO_BINARY_TRANSFER);
    } catch (SQLException e) {
      if (isLost(e)) {
        throw e;
      }
      refused = Optional.of(e);
    }
    return new Probe(refused.flatMap(ServerError::find), answer.tag, answer.lines, answer.details);
  }

  /** A server that says so itself has lost another connection, that of a foreign server. */
  private static boolean isLost(SQLException e) {
    String state = Objects.requireNonNullElse(e.getSQLState(), "08001");
    boolean told = e instanceof PSQLException psql && psql.getServerErrorMessage() != null;
    return Failures.isConnectionLost(state) && !(told && state.startsWith("08"));
  }

  private static final class Answer extends ResultHandlerBase {
    private final List<String> lines = new ArrayList<>();
    private final List<String> details = new ArrayList<>();
    private String tag = "";

    @Override
    public void handleResultRows(
        Query query, Field[] fields, List<Tuple> tuples, @Nullable ResultCursor cursor) {
      for (Tuple tuple : tuples) {
        byte[] value = tuple.get(0);
        lines.add(value == null ? "" : new String(value, StandardCharsets.UTF_8));
      }
    }

    @Override
    public void handleCommandStatus(String status, long updateCount, long insertOid) {
      tag = status;
    }

    @Override
    public void handleWarning(SQLWarning warning) {
      ServerErrorMessage message =
          warning instanceof PSQLWarning psql ? psql.getServerErrorMessage() : null;
      if (message != null && message.getDetail() != null) {
        details.add(message.getDetail());
      }
    }
  }
}
