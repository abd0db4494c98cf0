package org.partitionproxy.scenario;

import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.IntStream;
import org.postgresql.PGConnection;

/**
 * An application that knows of one PostgreSQL, its URL and its user, and nothing of ppp. It uses
 * the driver as applications do: statements that the server prepares, batches that are rewritten,
 * generated keys, cursors, COPY, savepoints.
 */
final class Application implements AutoCloseable {

  private final Connection connection;

  /** What it saw; two runs on fresh schemas must see the same. */
  private final List<String> seen = new ArrayList<>();

  Application(String url, String user, String password) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    properties.setProperty("prepareThreshold", "1");
    properties.setProperty("reWriteBatchedInserts", "true");
    connection = DriverManager.getConnection(url, properties);
  }

  List<String> seen() {
    return seen;
  }

  void useEverything() throws SQLException, IOException {
    defaultsAndKeys();
    batches();
    copy();
    cursor();
    savepoints();
    locks();
    errors();
    names();
    new ColumnKinds(connection, seen).useEverything();
    for (int i = 0; i < 12; i++) {
      prepared(i);
    }
  }

  private void see(String what, Object value) {
    seen.add(what + ": " + value);
  }

  private void query(String sql, Object... parameters) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      if (!statement.execute()) {
        see(sql, statement.getUpdateCount());
        return;
      }
      see(sql, rows(statement.getResultSet()));
    }
  }

  static List<List<String>> rows(ResultSet rows) throws SQLException {
    List<List<String>> all = new ArrayList<>();
    while (rows.next()) {
      List<String> row = new ArrayList<>();
      for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
        row.add(rows.getString(i));
      }
      all.add(row);
    }
    return all;
  }

  private void defaultsAndKeys() throws SQLException {
    String insert = "INSERT INTO customers (name) VALUES (?)";
    try (PreparedStatement statement =
        connection.prepareStatement(insert, Statement.RETURN_GENERATED_KEYS)) {
      for (String name : List.of("ann", "bob", "cy")) {
        statement.setString(1, name);
        statement.executeUpdate();
        try (ResultSet keys = statement.getGeneratedKeys()) {
          keys.next();
          see(name, keys.getInt("id") + " " + keys.getInt("visits") + " " + keys.getString("home"));
        }
      }
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO entries (amount) VALUES (?)", new String[] {"id"})) {
      statement.setInt(1, 5);
      statement.executeUpdate();
      see("entry", rows(statement.getGeneratedKeys()));
    }
    query("INSERT INTO orders (customer, total) VALUES (?, ?) RETURNING id, state, note", 1, 500L);
    query("INSERT INTO orders (id, customer) VALUES (DEFAULT, ?), (70000, ?) RETURNING id", 1, 2);
    query("INSERT INTO tags (tag) VALUES (?) RETURNING id", "a");
    query("INSERT INTO tags VALUES (?, ?) RETURNING id", 70, "b");
    query("INSERT INTO events (what) VALUES (?), (?) RETURNING id, day", "x", "y");
  }

  private void batches() throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO orders (customer, total, note) VALUES (?, ?, ?)")) {
      for (int i = 1; i <= 500; i++) {
        statement.setInt(1, i % 3 + 1);
        statement.setLong(2, i);
        statement.setString(3, i % 7 == 0 ? null : "batch");
        statement.addBatch();
      }
      see("batch", IntStream.of(statement.executeBatch()).filter(n -> n >= 1 || n == -2).count());
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO entries (amount) VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
      for (int i = 1; i <= 20; i++) {
        statement.setInt(1, i);
        statement.addBatch();
      }
      statement.executeBatch();
      see("keys of a batch", rows(statement.getGeneratedKeys()));
    }
    try (PreparedStatement statement =
        connection.prepareStatement("UPDATE orders SET total = total + ? WHERE id = ?")) {
      for (int i = 1; i <= 5; i++) {
        statement.setLong(1, i);
        statement.setLong(2, i);
        statement.addBatch();
      }
      see("updates", IntStream.of(statement.executeBatch()).boxed().toList());
    }
    query("SELECT count(*), sum(total), count(note), min(id), max(id) FROM orders");
  }

  private void copy() throws SQLException, IOException {
    String lines = "4\t1\tcopied\n5\t2\t\\N\n6\t3\tit\\tis\n";
    see(
        "copied",
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("COPY orders (total, customer, note) FROM STDIN", new StringReader(lines)));
    query("SELECT id, state, note FROM orders WHERE total < 7 ORDER BY id DESC LIMIT 3");
  }

  /** Reads by a cursor and writes within the same transaction. */
  private void cursor() throws SQLException {
    connection.setAutoCommit(false);
    long sum = 0;
    int changed = 0;
    try (PreparedStatement reading =
            connection.prepareStatement("SELECT id, total FROM orders ORDER BY id");
        PreparedStatement writing =
            connection.prepareStatement("UPDATE orders SET state = 'paid' WHERE id = ?")) {
      reading.setFetchSize(50);
      try (ResultSet rows = reading.executeQuery()) {
        while (rows.next()) {
          sum += rows.getLong("total");
          if (rows.getLong("id") % 100 == 0) {
            writing.setLong(1, rows.getLong("id"));
            changed += writing.executeUpdate();
          }
        }
      }
    }
    connection.commit();
    connection.setAutoCommit(true);
    see("cursor", sum + " " + changed);
    query("SELECT state, count(*) FROM orders GROUP BY state ORDER BY state");
  }

  private void savepoints() throws SQLException {
    connection.setAutoCommit(false);
    query("INSERT INTO customers (name) VALUES (?)", "eve");
    Savepoint savepoint = connection.setSavepoint();
    try {
      query("INSERT INTO customers (name) VALUES (?)", "eve");
    } catch (SQLException e) {
      see("twice", e.getSQLState());
      connection.rollback(savepoint);
    }
    Savepoint another = connection.setSavepoint("named");
    query("DELETE FROM customers");
    connection.rollback(another);
    connection.releaseSavepoint(another);
    query("SELECT count(*) FROM customers");
    connection.commit();
    query("DELETE FROM orders WHERE customer = ?", 2);
    connection.rollback();
    connection.setAutoCommit(true);
    query("SELECT count(*), count(DISTINCT customer) FROM orders");
  }

  private void locks() throws SQLException {
    connection.setAutoCommit(false);
    query("SELECT visits FROM customers WHERE name = ? FOR UPDATE", "ann");
    query("UPDATE customers SET visits = visits + 1 WHERE name = ?", "ann");
    query(
        "SELECT c.id FROM customers AS c JOIN orders AS o ON o.customer = c.id WHERE o.id = ? FOR SHARE OF c",
        1);
    connection.commit();
    connection.setAutoCommit(true);
    query(
        "UPDATE customers SET home = ROW('Main Street', 5) WHERE visits = ? RETURNING home, (home).\"No\"",
        1);
    query(
        "DELETE FROM customers AS c USING orders AS o WHERE o.customer = c.id AND o.id = ? RETURNING c.name",
        70);
    query("SELECT * FROM open_orders ORDER BY total NULLS LAST, id LIMIT 3");
  }

  private void errors() throws SQLException {
    for (String sql :
        List.of(
            "INSERT INTO customers (name) VALUES (NULL)",
            "INSERT INTO orders (customer) VALUES (99)",
            "UPDATE customers SET visits = -1",
            "INSERT INTO orders (customer, total) VALUES (1, -1)",
            "INSERT INTO orders (customer, note) VALUES (1, repeat('x', 41))",
            "INSERT INTO entries (id, amount) VALUES (1, 1)",
            "INSERT INTO events (day) VALUES ('2030-01-01')",
            "SELECT nothing FROM customers")) {
      try {
        query(sql);
      } catch (SQLException e) {
        see(sql, e.getSQLState());
      }
    }
  }

  private void names() throws SQLException {
    query(
        "INSERT INTO \"Order\" (\"Größe in cm\", \"日本\", \"a\"\"b\") VALUES (?, ?, ?) RETURNING *",
        5,
        "語",
        "q");
    query(
        "SELECT \"select\", \"$1\" FROM \"Order\" WHERE \"日本\" = ? AND \"Größe in cm\" > ?",
        "語",
        4);
    try (ResultSet columns =
        connection.getMetaData().getColumns(null, connection.getSchema(), "%", "%")) {
      while (columns.next()) {
        String table = columns.getString("TABLE_NAME");
        if (!table.startsWith("events_") && !table.equals("flyway_schema_history")) {
          see(
              table + "." + columns.getString("COLUMN_NAME"),
              columns.getInt("DATA_TYPE") + " " + columns.getInt("NULLABLE"));
        }
      }
    }
  }

  private void prepared(int run) throws SQLException {
    query(
        "SELECT count(*), max(note) FROM orders WHERE customer = ? AND total BETWEEN ? AND ?",
        1,
        5L,
        90L + run);
    query(
        "SELECT id, name FROM customers WHERE name = ANY (?) AND since <= now() AND id = ?",
        connection.createArrayOf("text", new String[] {"ann", "eve"}),
        1);
    query("UPDATE entries SET amount = ? WHERE id = ? RETURNING twice", run, 3L);
  }

  /** Takes a number for one more order. */
  long order(int customer) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO orders (customer) VALUES (?)", new String[] {"id"})) {
      statement.setInt(1, customer);
      statement.executeUpdate();
      try (ResultSet keys = statement.getGeneratedKeys()) {
        keys.next();
        return keys.getLong(1);
      }
    }
  }

  /** Ordinary work, in one transaction; what several do at once does not meet. */
  void work(String name) throws SQLException {
    connection.setAutoCommit(false);
    try {
      query("INSERT INTO customers (name) VALUES (?) RETURNING id", name);
      query("SELECT id, name, visits FROM customers WHERE name = ? FOR UPDATE", name);
      Savepoint savepoint = connection.setSavepoint();
      query("UPDATE customers SET visits = visits + 1 WHERE name = ?", name);
      connection.rollback(savepoint);
      try (PreparedStatement statement =
          connection.prepareStatement(
              "INSERT INTO orders (customer, total) SELECT id, ? FROM customers WHERE name = ?")) {
        for (int i = 0; i < 5; i++) {
          statement.setLong(1, i);
          statement.setString(2, name);
          statement.addBatch();
        }
        statement.executeBatch();
      }
      query("SELECT count(*) FROM open_orders WHERE name = ?", name);
      query("DELETE FROM customers WHERE name = ?", name);
      connection.commit();
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
      seen.clear();
    }
  }

  /** All columns; the driver prepares such a statement anew where a column came. */
  void readAll() throws SQLException {
    query("SELECT * FROM customers ORDER BY id LIMIT 5");
    query("SELECT id, state, note FROM orders ORDER BY id LIMIT 5");
    seen.clear();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
