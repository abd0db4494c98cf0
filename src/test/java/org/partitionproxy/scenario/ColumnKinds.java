package org.partitionproxy.scenario;

import static java.util.stream.Collectors.joining;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.postgresql.util.PGInterval;
import org.postgresql.util.PGobject;

/** The part of {@link Application} that writes and reads a column of every kind. */
final class ColumnKinds {

  private static final int MOST_COLUMNS = 1600;
  private static final UUID KEY = new UUID(7, 8);

  private final Connection connection;
  private final List<String> seen;

  ColumnKinds(Connection connection, List<String> seen) {
    this.connection = connection;
    this.seen = seen;
  }

  /** The definition of the widest table that PostgreSQL makes. */
  static String wideTable() {
    return IntStream.rangeClosed(1, MOST_COLUMNS)
        .mapToObj(i -> "c" + i + " int")
        .collect(joining(", ", "CREATE TABLE wide (", ");\n"));
  }

  void useEverything() throws SQLException {
    write();
    read();
    update();
    wide();
  }

  private static PGobject object(String type, String value) throws SQLException {
    PGobject object = new PGobject();
    object.setType(type);
    object.setValue(value);
    return object;
  }

  private List<Object> values() throws SQLException {
    return List.of(
        KEY,
        true,
        (short) -3,
        Long.MAX_VALUE,
        new BigDecimal("12345678901234567890.0123456789"),
        1.5f,
        Double.NEGATIVE_INFINITY,
        "abc",
        new byte[] {0, -1, 39, 92},
        LocalDate.of(2026, 2, 28),
        LocalTime.of(23, 59, 59),
        LocalDateTime.of(2026, 3, 29, 2, 30),
        OffsetDateTime.of(2026, 3, 29, 2, 30, 0, 123000000, ZoneOffset.ofHours(5)),
        new PGInterval("1 mon 2 days 03:04:05.6"),
        object("jsonb", "{\"a\": [1, null, \"it's\"]}"),
        object("json", "{\"b\" : 1}"),
        object("state", "it's gone"),
        12L,
        object("address", "(\"Main, Street\",7)"),
        object("floats", "[0.5,1.5)"),
        object("daterange", "[2026-01-01,2026-02-01)"),
        connection.createArrayOf("state", new Object[] {"new", "it's gone"}),
        connection.createArrayOf("text", new Object[] {"a,b", null, "\"", "\\"}),
        connection.createArrayOf("int4", new Object[][] {{1, 2}, {3, 4}}),
        object("inet", "10.0.0.0/8"),
        object("bit", "1010"),
        object("oid", "4000000000"),
        object("point", "(1.5,-2)"),
        object("tsvector", "'cat':2 'fat':1"));
  }

  private void write() throws SQLException {
    List<Object> values = values();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO kinds VALUES ("
                + values.stream().map(value -> "?").collect(joining(", "))
                + ")")) {
      for (int i = 0; i < values.size(); i++) {
        statement.setObject(i + 1, values.get(i));
      }
      seen.add("kinds: " + statement.executeUpdate());
    }
    try (PreparedStatement statement =
        connection.prepareStatement("INSERT INTO kinds (flag) VALUES (NULL) RETURNING id")) {
      ResultSet rows = statement.executeQuery();
      rows.next();
      seen.add("random key: " + (rows.getObject(1, UUID.class).version() == 4));
    }
  }

  /** Several times, as the driver changes to binary values then. */
  private void read() throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT * FROM kinds WHERE id = ? OR flag IS NULL ORDER BY flag")) {
      for (int run = 0; run < 3; run++) {
        statement.setObject(1, KEY);
        try (ResultSet rows = statement.executeQuery()) {
          rows.next();
          for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
            Object value = rows.getObject(i);
            String name = rows.getMetaData().getColumnName(i);
            String type = value == null ? "null" : value.getClass().getSimpleName();
            String text =
                value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : rows.getString(i);
            seen.add(name + " " + type + " " + text);
          }
          seen.add("one more: " + rows.next() + " " + rows.getObject(2));
          seen.add("no other: " + rows.next());
        }
      }
    }
  }

  private void update() throws SQLException {
    List<Object> values = values();
    List<String> columns =
        List.of("states", "home", "span", "state", "doc", "raw", "zoned", "exact", "day", "price");
    for (String column : columns) {
      int index = Arrays.asList(COLUMNS).indexOf(column);
      for (String sql :
          List.of(
              "UPDATE kinds SET " + column + " = ? WHERE id = ?",
              "SELECT count(*) FROM kinds WHERE " + column + " = ? AND id = ?")) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
          statement.setObject(1, values.get(index));
          statement.setObject(2, KEY);
          seen.add(
              statement.execute()
                  ? sql + ": " + Application.rows(statement.getResultSet())
                  : sql + ": " + statement.getUpdateCount());
        }
      }
    }
  }

  private static final String[] COLUMNS = {
    "id", "flag", "small", "big", "exact", "real", "double", "letters", "raw", "day", "clock",
    "moment", "zoned", "long", "doc", "plain", "state", "price", "home", "span", "days", "states",
    "texts", "grid", "host", "bits", "oid", "point", "words"
  };

  private void wide() throws SQLException {
    List<Integer> numbers = new ArrayList<>();
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO wide VALUES ("
                + IntStream.range(0, MOST_COLUMNS).mapToObj(i -> "?").collect(joining(","))
                + ")")) {
      for (int i = 1; i <= MOST_COLUMNS; i++) {
        insert.setInt(i, i);
      }
      insert.addBatch();
      insert.addBatch();
      seen.add("wide rows: " + Arrays.toString(insert.executeBatch()));
    }
    try (PreparedStatement update =
            connection.prepareStatement("UPDATE wide SET c800 = c1600 + ? WHERE c1 = ?");
        PreparedStatement select = connection.prepareStatement("SELECT * FROM wide LIMIT 1")) {
      update.setInt(1, 1);
      update.setInt(2, 1);
      seen.add("wide changed: " + update.executeUpdate());
      ResultSet rows = select.executeQuery();
      rows.next();
      for (int i = 1; i <= MOST_COLUMNS; i++) {
        numbers.add(rows.getInt(i));
      }
    }
    seen.add("wide: " + numbers);
  }
}
