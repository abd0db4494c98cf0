package org.partitionproxy.replica;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;

/**
 * A table or a partition as far as its copy must be like it. All texts are PostgreSQL's own.
 *
 * @param root the table that it is a partition of, through however many others; else itself
 * @param depth 0 for tables that are no partitions, 1 for their partitions, 2 for those of these
 * @param numbers of a replica's table: which of the shard's columns its columns were made for
 * @param keys definitions of primary keys and unique constraints that are not a parent's, by name
 * @param indexes that only make reads faster, on columns: definitions by name, none of them unique
 * @param identityIndex the index that identifies rows, where it is no key's: its definition
 * @param identity by which columns updates and deletes find their row
 * @param identified whether that finds rows at all
 * @param partitionKey {@code RANGE (at)}, of a partitioned table
 * @param place of a partition
 */
public record CopiedTable(
    QualifiedName name,
    QualifiedName root,
    int depth,
    List<CopiedColumn> columns,
    ColumnNumbers numbers,
    SortedMap<Identifier, String> keys,
    SortedMap<Identifier, String> indexes,
    Optional<String> identityIndex,
    Identity identity,
    boolean identified,
    Optional<String> partitionKey,
    Optional<Place> place) {

  /**
   * Where a partition is.
   *
   * @param bound {@code FOR VALUES FROM (…) TO (…)}
   */
  public record Place(QualifiedName parent, String bound) {}

  /**
   * {@code REPLICA IDENTITY}.
   *
   * @param kind {@code d}, {@code n}, {@code f} or {@code i}
   * @param index for {@code i}
   */
  public record Identity(String kind, Optional<Identifier> index) {}

  public CopiedTable {
    columns = List.copyOf(columns);
    keys = Collections.unmodifiableSortedMap(new TreeMap<>(keys));
    indexes = Collections.unmodifiableSortedMap(new TreeMap<>(indexes));
  }

  /** By name. */
  SortedMap<Identifier, CopiedColumn> columnsByName() {
    TreeMap<Identifier, CopiedColumn> byName = new TreeMap<>();
    columns.forEach(column -> byName.put(column.name(), column));
    return byName;
  }
}
