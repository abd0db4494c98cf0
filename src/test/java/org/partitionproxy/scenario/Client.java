package org.partitionproxy.scenario;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.util.PSQLWarning;

/** Somebody else than ppp, who sends plain SQL to one database as one role. */
final class Client implements AutoCloseable {

  private final Connection connection;

  Client(int port, String database, String role, String password) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", role);
    properties.setProperty("password", password);
    properties.setProperty("preferQueryMode", "simple");
    Connection opened =
        new Driver().connect("jdbc:postgresql://127.0.0.1:" + port + "/" + database, properties);
    if (opened == null) {
      throw new IllegalStateException("the driver does not know its own URL");
    }
    this.connection = opened;
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** A line per row, its columns parted by {@code |}. */
  List<String> rows(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return lines(rows);
    }
  }

  private static List<String> lines(ResultSet rows) throws SQLException {
    List<String> lines = new ArrayList<>();
    while (rows.next()) {
      List<String> values = new ArrayList<>();
      for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
        values.add(String.valueOf(rows.getString(i)));
      }
      lines.add(String.join("|", values));
    }
    return lines;
  }

  String value(String sql) throws SQLException {
    List<String> rows = rows(sql);
    if (rows.size() != 1) {
      throw new IllegalStateException(rows.size() + " rows from " + sql);
    }
    return rows.get(0);
  }

  /** The SQLSTATE with which the server refuses a statement; 00000 if it does not. */
  String refusal(String sql) {
    try {
      execute(sql);
      return "00000";
    } catch (SQLException e) {
      return String.valueOf(e.getSQLState());
    }
  }

  /** The SQLSTATE with which it is refused, else the rows that it returns; settings end with it. */
  String outcome(String sql) throws SQLException {
    String outcome;
    try (Statement statement = connection.createStatement()) {
      boolean returns = statement.execute(sql);
      while (!returns && statement.getUpdateCount() >= 0) {
        returns = statement.getMoreResults();
      }
      outcome = returns ? lines(statement.getResultSet()).toString() : "00000";
    } catch (SQLException e) {
      outcome = String.valueOf(e.getSQLState());
    }
    execute("RESET ALL");
    return outcome;
  }

  /** What the server says to a statement: a notice or warning, or an error, each with its hint. */
  String words(String sql) throws SQLException {
    List<String> words = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      try {
        statement.execute(sql);
      } catch (SQLException e) {
        words.add(e.getMessage());
      }
      for (SQLWarning w = statement.getWarnings(); w != null; w = w.getNextWarning()) {
        if (w instanceof PSQLWarning notice && notice.getServerErrorMessage() != null) {
          words.add(notice.getServerErrorMessage().toString());
        }
      }
    }
    return String.join("\n", words);
  }

  /** As tools ask for them: {@code DatabaseMetaData.getTables} and {@code getColumns}. */
  List<String> tablesAndColumns(String schema) throws SQLException {
    List<String> names = new ArrayList<>();
    try (ResultSet tables = connection.getMetaData().getTables(null, schema, "%", null)) {
      while (tables.next()) {
        names.add(tables.getString("TABLE_NAME") + " " + tables.getString("TABLE_TYPE"));
      }
    }
    try (ResultSet columns = connection.getMetaData().getColumns(null, schema, "%", "%")) {
      while (columns.next()) {
        names.add(columns.getString("TABLE_NAME") + "." + columns.getString("COLUMN_NAME"));
      }
    }
    return names;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
