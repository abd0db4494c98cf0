package org.partitionproxy.db;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.sql.Identifier;

/** The current row of a result; valid only while its {@link RowMapper} runs. */
public final class Row {

  private final ResultSet rows;

  Row(ResultSet rows) {
    this.rows = rows;
  }

  /** One value of a column by its label. */
  private interface Getter<T> {
    @Nullable T get(ResultSet rows, String column) throws SQLException;
  }

  private <T> Optional<T> find(String column, Getter<T> getter) {
    try {
      T value = getter.get(rows, column);
      return rows.wasNull() ? Optional.empty() : Optional.ofNullable(value);
    } catch (SQLException e) {
      throw new IllegalStateException("cannot read column " + column, e);
    }
  }

  private <T> T require(String column, Getter<T> getter) {
    return find(column, getter)
        .orElseThrow(() -> new IllegalStateException("column " + column + " is NULL"));
  }

  public String string(String column) {
    return require(column, ResultSet::getString);
  }

  public Optional<String> findString(String column) {
    return find(column, ResultSet::getString);
  }

  public Identifier identifier(String column) {
    return Identifier.of(string(column));
  }

  public Optional<Identifier> findIdentifier(String column) {
    return findString(column).map(Identifier::of);
  }

  public int integer(String column) {
    return require(column, ResultSet::getInt);
  }

  public long number(String column) {
    return require(column, ResultSet::getLong);
  }

  public Optional<Long> findNumber(String column) {
    return find(column, ResultSet::getLong);
  }

  public boolean bool(String column) {
    return require(column, ResultSet::getBoolean);
  }

  public Instant instant(String column) {
    return findInstant(column)
        .orElseThrow(() -> new IllegalStateException("column " + column + " is NULL"));
  }

  public Optional<Instant> findInstant(String column) {
    return find(column, (r, c) -> r.getObject(c, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }

  public byte[] bytes(String column) {
    return require(column, ResultSet::getBytes);
  }

  public Optional<byte[]> findBytes(String column) {
    return find(column, ResultSet::getBytes);
  }

  /** A {@code text[]}; NULL reads as the empty list, a NULL element is left out. */
  public List<String> strings(String column) {
    List<String> values = new ArrayList<>();
    for (Object value : elements(column)) {
      if (value != null) {
        values.add(value.toString());
      }
    }
    return values;
  }

  /** A {@code text[][]}, row by row; NULL reads as the empty list, a NULL element as no value. */
  public List<List<Optional<String>>> stringRows(String column) {
    List<List<Optional<String>>> rows = new ArrayList<>();
    for (Object row : elements(column)) {
      rows.add(optional((Object[]) row));
    }
    return rows;
  }

  /** A {@code text[]}; NULL reads as the empty list, a NULL element as no value. */
  public List<Optional<String>> optionalStrings(String column) {
    return optional(elements(column));
  }

  private static List<Optional<String>> optional(Object[] elements) {
    return Arrays.stream(elements)
        .map(element -> Optional.ofNullable(element).map(Object::toString))
        .toList();
  }

  private Object[] elements(String column) {
    Optional<Array> array = find(column, ResultSet::getArray);
    try {
      return array.isEmpty() ? new Object[0] : (Object[]) array.get().getArray();
    } catch (SQLException e) {
      throw new IllegalStateException("cannot read column " + column, e);
    }
  }
}
