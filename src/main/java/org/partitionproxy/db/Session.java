package org.partitionproxy.db;

import com.google.errorprone.annotations.CompileTimeConstant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.ServerDefinition;
import org.postgresql.PGConnection;
import org.postgresql.core.BaseConnection;

/**
 * One connection to one server, for one thread. Statements commit by themselves unless they run
 * {@link #inTransaction}. Every method throws {@link SqlFailure} when the server refuses or is
 * gone.
 */
public final class Session implements AutoCloseable {

  /** Whether a transaction is logged whole, by a sample, is decided as it begins. */
  private static final String UNSAMPLED = "SET log_transaction_sample_rate = 0";

  /**
   * Keeps a statement with a password out of the server's log, statistics and activity view, until
   * the end of the transaction. They need superuser, which ppp has here; the settings of extensions
   * that are not loaded do nothing.
   */
  private static final String UNLOGGED =
      """
      SET LOCAL log_statement = 'none';
      SET LOCAL log_min_duration_statement = -1;
      SET LOCAL log_min_duration_sample = -1;
      SET LOCAL log_duration = off;
      SET LOCAL log_min_error_statement = 'panic';
      SET LOCAL track_activities = off;
      SET LOCAL pg_stat_statements.track_utility = off;
      SET LOCAL pg_stat_statements.track = 'none';
      SET LOCAL pgaudit.log = 'none'""";

  private final ServerDefinition server;
  private final Connection connection;

  Session(ServerDefinition server, Connection connection) {
    this.server = server;
    this.connection = connection;
  }

  public ServerDefinition server() {
    return server;
  }

  /** The major version: 15, 18. */
  public int majorVersion() {
    return ask(() -> connection.getMetaData().getDatabaseMajorVersion());
  }

  /** The process of this session on its server. */
  public int backendPid() {
    return ask(() -> connection.unwrap(PGConnection.class).getBackendPID());
  }

  public void execute(Sql statement) {
    execute(List.of(statement));
  }

  /**
   * Sends all statements at once, as one simple query: outside a transaction they are one by
   * themselves, so that all of them commit or none. If one {@linkplain Sql#isSecret holds a
   * secret}, they stay out of the server's log; inside a transaction only if that is {@linkplain
   * #inSecretTransaction one for secrets}.
   *
   * @see <a
   *     href="https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT">PostgreSQL,
   *     54.2.2.1 Multiple Statements in a Simple Query</a>
   */
  public void execute(Collection<Sql> statements) {
    if (statements.isEmpty()) {
      return;
    }
    boolean secret = statements.stream().anyMatch(Sql::isSecret);
    if (secret && autoCommit()) {
      inSecretTransaction(
          () -> {
            execute(statements);
            return true;
          });
      return;
    }
    String text = statements.stream().map(Sql::text).collect(Collectors.joining(";\n"));
    try (Statement statement = connection.createStatement()) {
      if (secret) {
        statement.execute(UNLOGGED);
      }
      statement.execute(text);
    } catch (SQLException e) {
      throw Failures.executing(server, e, secret);
    }
  }

  /**
   * @param parameters for the question marks: strings, numbers, booleans, byte arrays, or a
   *     collection of strings for a {@code text[]}
   */
  public <T> List<T> query(
      @CompileTimeConstant String sql, RowMapper<T> mapper, Object... parameters) {
    return run(sql, mapper, parameters);
  }

  /** The same for SQL that was composed; it must be a single statement that returns rows. */
  public <T> List<T> query(Sql sql, RowMapper<T> mapper, Object... parameters) {
    return run(sql.text(), mapper, parameters);
  }

  /**
   * @throws IllegalStateException if there is more than one row
   */
  public <T> Optional<T> queryOne(
      @CompileTimeConstant String sql, RowMapper<T> mapper, Object... parameters) {
    List<T> rows = run(sql, mapper, parameters);
    if (rows.size() > 1) {
      throw new IllegalStateException("more than one row from: " + sql);
    }
    return rows.stream().findFirst();
  }

  private <T> List<T> run(String sql, RowMapper<T> mapper, Object... parameters) {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, parameters);
      try (ResultSet rows = statement.executeQuery()) {
        List<T> values = new ArrayList<>();
        Row row = new Row(rows);
        while (rows.next()) {
          values.add(mapper.map(row));
        }
        return values;
      }
    } catch (SQLException e) {
      throw Failures.executing(server, e, false);
    }
  }

  /** Calls {@code action} with each row; otherwise as {@link #query}. */
  public void forEach(@CompileTimeConstant String sql, Consumer<Row> action, Object... parameters) {
    run(
        sql,
        row -> {
          action.accept(row);
          return true;
        },
        parameters);
  }

  /** An INSERT, UPDATE or DELETE with parameters as {@link #query}; returns the rows it changed. */
  public int update(@CompileTimeConstant String sql, Object... parameters) {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, parameters);
      return statement.executeUpdate();
    } catch (SQLException e) {
      throw Failures.executing(server, e, false);
    }
  }

  /** The same for each of these parameters, all sent at once. */
  public void updateAll(@CompileTimeConstant String sql, Collection<List<Object>> rows) {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (List<Object> parameters : rows) {
        bind(statement, parameters.toArray());
        statement.addBatch();
      }
      statement.executeBatch();
    } catch (SQLException e) {
      throw Failures.executing(server, e, false);
    }
  }

  private void bind(PreparedStatement statement, Object... parameters) throws SQLException {
    for (int i = 0; i < parameters.length; i++) {
      if (parameters[i] instanceof Collection<?> strings) {
        statement.setArray(i + 1, connection.createArrayOf("text", strings.toArray()));
      } else {
        statement.setObject(i + 1, parameters[i]);
      }
    }
  }

  /** Commits when {@code work} returns, rolls back when it throws. Not nested. */
  public <T> T inTransaction(Supplier<T> work) {
    begin();
    boolean done = false;
    try {
      T result = work.get();
      commit();
      done = true;
      return result;
    } finally {
      end(done);
    }
  }

  /** The same for statements that hold secrets. */
  public <T> T inSecretTransaction(Supplier<T> work) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(UNSAMPLED);
    } catch (SQLException e) {
      throw Failures.executing(server, e, false);
    }
    return inTransaction(work);
  }

  public void inTransaction(Runnable work) {
    inTransaction(
        () -> {
          work.run();
          return true;
        });
  }

  /** Whether statements wait for a commit, rather than each committing by itself. */
  public boolean isInTransaction() {
    return !autoCommit();
  }

  private boolean autoCommit() {
    return ask(connection::getAutoCommit);
  }

  private void begin() {
    ask(
        () -> {
          connection.setAutoCommit(false);
          return true;
        });
  }

  private void commit() {
    ask(
        () -> {
          connection.commit();
          return true;
        });
  }

  /**
   * Leaves the session as it was; a rollback that fails has lost its connection, and so is done.
   */
  private void end(boolean committed) {
    try {
      if (!committed) {
        connection.rollback();
      }
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      closeQuietly();
    }
  }

  /**
   * Runs statements of a migration, as its authors wrote them, in one message. Returns what the
   * server warned of; its mere notices ("relation already exists, skipping") are left out.
   */
  public List<String> executeScript(String statements) {
    try (Statement jdbc = connection.createStatement()) {
      jdbc.setEscapeProcessing(false);
      jdbc.execute(statements);
      List<String> warnings = new ArrayList<>();
      for (SQLWarning w = jdbc.getWarnings(); w != null; w = w.getNextWarning()) {
        if (String.valueOf(w.getSQLState()).startsWith("01")) {
          warnings.add(String.valueOf(w.getMessage()));
        }
      }
      return warnings;
    } catch (SQLException e) {
      throw Failures.executing(server, e, false);
    }
  }

  /** Whether this session is in a transaction that SQL began ({@code BEGIN}). */
  public enum TransactionState {
    NONE,
    OPEN,
    /** A statement in it failed: all but {@code ROLLBACK} is refused. */
    FAILED
  }

  /**
   * Runs text that a person typed, as it is: the only door for SQL that ppp did not compose, and
   * the shell's alone. Several statements in one text are one transaction, as in {@code psql -c}.
   * What the server refuses is a result; the session goes on after it.
   *
   * @throws SqlFailure if the connection is lost
   */
  public List<UserResult> run(String userText) {
    return ask(() -> UserText.run(connection, userText));
  }

  /**
   * Sends one statement, of which the server's every word counts: its refusal too is a result, and
   * the session goes on after it. For text that was not composed by ppp, in sessions that cannot
   * change anything with it.
   *
   * @throws SqlFailure if the connection is lost
   */
  public Probe probe(String statement) {
    return ask(() -> Probe.run(connection, statement));
  }

  /**
   * Asks the server to stop what this session runs now. The one method that another thread may
   * call; of no effect if nothing runs, or if the server cannot be asked.
   */
  public void cancel() {
    try {
      connection.unwrap(PGConnection.class).cancelQuery();
    } catch (SQLException e) {
      // Then the statement goes on, and its own thread learns what is wrong.
    }
  }

  public TransactionState transactionState() {
    return ask(
        () ->
            switch (connection.unwrap(BaseConnection.class).getTransactionState()) {
              case IDLE -> TransactionState.NONE;
              case OPEN -> TransactionState.OPEN;
              case FAILED -> TransactionState.FAILED;
            });
  }

  /** Whether the server still answers on this session, within five seconds. */
  public boolean isAlive() {
    return ask(() -> connection.isValid(5));
  }

  private interface Question<T> {
    T ask() throws SQLException;
  }

  private <T> T ask(Question<T> question) {
    try {
      return question.ask();
    } catch (SQLException e) {
      throw Failures.executing(server, e, false);
    }
  }

  /** Never throws: the server ends what a lost client leaves. */
  @Override
  public void close() {
    closeQuietly();
  }

  private void closeQuietly() {
    try {
      connection.close();
    } catch (SQLException e) {
      // The connection is gone, which is what was asked for.
    }
  }
}
