package org.partitionproxy.db;

/** Makes a value of a row. */
@FunctionalInterface
public interface RowMapper<T> {
  T map(Row row);
}
