package org.partitionproxy.sql;

/** A string constant in SQL. A hidden one shows as {@code '********'} wherever SQL is displayed. */
public record Literal(String value, boolean hidden) implements SqlPart {

  public Literal {
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("PostgreSQL text cannot hold NUL");
    }
  }

  public static Literal of(String value) {
    return new Literal(value, false);
  }

  public static Literal hidden(String value) {
    return new Literal(value, true);
  }

  @Override
  public void appendTo(StringBuilder text, boolean forDisplay) {
    if (hidden && forDisplay) {
      text.append("'********'");
      return;
    }
    // The E'' form reads backslashes the same whatever standard_conforming_strings says.
    boolean escapes = value.indexOf('\\') >= 0;
    text.append(escapes ? "E'" : "'");
    text.append(value.replace("'", "''").replace("\\", "\\\\")).append('\'');
  }

  @Override
  public String toString() {
    return hidden ? "********" : value;
  }
}
