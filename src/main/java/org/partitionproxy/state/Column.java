package org.partitionproxy.state;

import java.util.Optional;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;

/**
 * A column of a table or a foreign table.
 *
 * @param collation where it is not the type's own
 * @param fill what it gets when an INSERT leaves it out
 */
public record Column(
    Identifier name,
    TypeName type,
    boolean notNull,
    Optional<QualifiedName> collation,
    ColumnFill fill) {

  /** One that is NULL when it is left out. */
  public Column(
      Identifier name, TypeName type, boolean notNull, Optional<QualifiedName> collation) {
    this(name, type, notNull, collation, ColumnFill.NONE);
  }

  /** The same with another {@link #fill}. */
  public Column with(ColumnFill other) {
    return new Column(name, type, notNull, collation, other);
  }
}
