package org.partitionproxy.state;

import org.partitionproxy.sql.Identifier;

/**
 * A type as {@code format_type} writes it with only pg_catalog on the search path: {@code character
 * varying(20)}, {@code bluth_co.mood}.
 *
 * @param schema of the type, for arrays that of the elements' type
 */
public record TypeName(Identifier schema, String sql) {

  private static final String BUILT_IN = "pg_catalog";

  /** Whether every PostgreSQL has it. */
  public boolean isBuiltIn() {
    return schema.value().equals(BUILT_IN);
  }

  @Override
  public String toString() {
    return sql;
  }
}
