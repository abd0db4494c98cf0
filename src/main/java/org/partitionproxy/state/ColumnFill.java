package org.partitionproxy.state;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;

/**
 * What a column gets when an INSERT leaves it out.
 *
 * @param expression of a default, as {@code pg_get_expr} writes it with only pg_catalog on the
 *     search path; otherwise empty
 * @param sequence whose next number it is, for identity columns and defaults like serial's
 * @param ties what the default is bound to on its own server, so that it would not be the same
 *     elsewhere: functions that are not built in, or that tell of their server; as {@code
 *     pg_describe_object} names them
 * @param extensions whose functions the default uses
 * @see <a href="https://www.postgresql.org/docs/18/ddl-default.html">PostgreSQL, 5.2 to 5.4</a>
 */
public record ColumnFill(
    Kind kind,
    String expression,
    Optional<QualifiedName> sequence,
    List<String> ties,
    List<Identifier> extensions) {

  /** Which of PostgreSQL's ways it is. */
  public enum Kind {
    NONE,
    DEFAULT,
    /** Stored or virtual; or, on the veneer, any column that only the shard may fill. */
    GENERATED,
    IDENTITY_ALWAYS,
    IDENTITY_BY_DEFAULT
  }

  /** NULL, that is. */
  public static final ColumnFill NONE = new ColumnFill(Kind.NONE, "", Optional.empty(), List.of());

  /** By the shard alone: an INSERT through a foreign table sends DEFAULT. */
  public static final ColumnFill GENERATED =
      new ColumnFill(Kind.GENERATED, "", Optional.empty(), List.of());

  public ColumnFill {
    ties = List.copyOf(ties);
    extensions = List.copyOf(extensions);
  }

  /** Without extensions. */
  public ColumnFill(
      Kind kind, String expression, Optional<QualifiedName> sequence, List<String> ties) {
    this(kind, expression, sequence, ties, List.of());
  }

  /** A default that is the same everywhere. */
  public static ColumnFill of(String expression) {
    return new ColumnFill(Kind.DEFAULT, expression, Optional.empty(), List.of());
  }
}
