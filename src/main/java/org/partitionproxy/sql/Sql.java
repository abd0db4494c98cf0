package org.partitionproxy.sql;

import com.google.errorprone.annotations.CompileTimeConstant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A piece of SQL, built so that an injection does not compile: {@code Sql.of("CREATE SCHEMA {}",
 * name)} takes constant text and fills each <code>{}</code> with a {@link SqlPart}. {@link #text()}
 * is for the server, {@link #toString()} for people: it hides {@linkplain Literal#hidden hidden}
 * literals.
 */
public final class Sql implements SqlPart {

  private record Text(String value) {}

  public static final Sql EMPTY = new Sql(List.of());

  private final List<Object> pieces;

  private Sql(List<Object> pieces) {
    this.pieces = pieces;
  }

  /**
   * @throws IllegalArgumentException if the number of <code>{}</code> is not that of the parts
   */
  public static Sql of(@CompileTimeConstant String template, SqlPart... parts) {
    List<Object> pieces = new ArrayList<>();
    int from = 0;
    for (SqlPart part : parts) {
      int at = template.indexOf("{}", from);
      if (at < 0) {
        throw new IllegalArgumentException("more parts than places in: " + template);
      }
      pieces.add(new Text(template.substring(from, at)));
      pieces.add(part);
      from = at + 2;
    }
    if (template.indexOf("{}", from) >= 0) {
      throw new IllegalArgumentException("fewer parts than places in: " + template);
    }
    pieces.add(new Text(template.substring(from)));
    return new Sql(pieces);
  }

  /**
   * SQL that PostgreSQL itself wrote from its catalogs ({@code format_type}, {@code pg_get_expr}).
   * Only for that: nothing here is checked or quoted.
   */
  public static Sql deparsed(String catalogText) {
    return new Sql(List.of(new Text(catalogText)));
  }

  /** A whole number, in a place where a quoted one is refused. */
  public static Sql number(long number) {
    return new Sql(List.of(new Text(Long.toString(number))));
  }

  /** The text of a {@code .sql} resource of ours, which runs in psql as it is. */
  public static Sql resource(SqlResource resource) {
    return new Sql(List.of(new Text(resource.text())));
  }

  public static Sql join(
      @CompileTimeConstant String separator, Collection<? extends SqlPart> parts) {
    List<Object> pieces = new ArrayList<>();
    for (SqlPart part : parts) {
      if (!pieces.isEmpty()) {
        pieces.add(new Text(separator));
      }
      pieces.add(part);
    }
    return new Sql(pieces);
  }

  /** The statement as the server gets it, secrets included: never log or print it. */
  public String text() {
    StringBuilder text = new StringBuilder();
    appendTo(text, false);
    return text.toString();
  }

  /** Whether it holds a hidden literal, and so must not reach a server's log. */
  public boolean isSecret() {
    return pieces.stream()
        .anyMatch(
            piece ->
                (piece instanceof Literal literal && literal.hidden())
                    || (piece instanceof Sql sql && sql.isSecret()));
  }

  @Override
  public void appendTo(StringBuilder text, boolean forDisplay) {
    for (Object piece : pieces) {
      if (piece instanceof Text constant) {
        text.append(constant.value());
      } else {
        ((SqlPart) piece).appendTo(text, forDisplay);
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Sql sql && text().equals(sql.text());
  }

  @Override
  public int hashCode() {
    return text().hashCode();
  }

  /** The statement for people, with hidden literals hidden. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    appendTo(text, true);
    return text.toString();
  }
}
