package org.partitionproxy.sql;

import java.nio.charset.StandardCharsets;

/**
 * The name of a PostgreSQL object, exactly as the catalogs hold it (case kept, not quoted).
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/18/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS">PostgreSQL,
 *     4.1.1 Identifiers and Key Words</a>
 */
public record Identifier(String value) implements Comparable<Identifier>, SqlPart {

  /** {@code NAMEDATALEN - 1}: PostgreSQL cuts longer names silently. */
  public static final int MAX_BYTES = 63;

  /** Refuses what PostgreSQL would refuse or change: the empty name, NUL, more than 63 bytes. */
  public Identifier {
    if (!isValid(value)) {
      throw new IllegalArgumentException(
          "not a PostgreSQL identifier (empty, with NUL, or over 63 bytes): '" + value + "'");
    }
  }

  public static Identifier of(String value) {
    return new Identifier(value);
  }

  /** Whether PostgreSQL would keep this name as it is. */
  public static boolean isValid(String value) {
    return !value.isEmpty() && value.indexOf('\0') < 0 && byteLength(value) <= MAX_BYTES;
  }

  /** The length that counts for PostgreSQL, in bytes of UTF-8. */
  public static int byteLength(String value) {
    return value.getBytes(StandardCharsets.UTF_8).length;
  }

  /** The name in double quotes, fit for SQL. */
  public String quoted() {
    return '"' + value.replace("\"", "\"\"") + '"';
  }

  @Override
  public void appendTo(StringBuilder text, boolean forDisplay) {
    text.append(quoted());
  }

  @Override
  public int compareTo(Identifier other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
