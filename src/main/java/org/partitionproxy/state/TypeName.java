package org.partitionproxy.state;

import java.util.Optional;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;

/**
 * A type as {@code format_type} writes it with only pg_catalog on the search path: {@code character
 * varying(20)}, {@code bluth_co.mood}.
 *
 * @param name of the type; for arrays that of the elements' type, for a multirange its range's
 * @param extension that brought it
 */
public record TypeName(QualifiedName name, String sql, Optional<Identifier> extension) {

  private static final Identifier BUILT_IN = Identifier.of("pg_catalog");

  /** One that every PostgreSQL has. */
  public static TypeName builtIn(String sql) {
    return new TypeName(new QualifiedName(BUILT_IN, Identifier.of(sql)), sql, Optional.empty());
  }

  /** Whether every PostgreSQL has it. */
  public boolean isBuiltIn() {
    return name.schema().equals(BUILT_IN);
  }

  @Override
  public String toString() {
    return sql;
  }
}
