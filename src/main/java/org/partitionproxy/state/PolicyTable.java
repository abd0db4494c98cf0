package org.partitionproxy.state;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.sql.QualifiedName;

/**
 * A relation for which there is, or should be, a {@link PartitionRule}.
 *
 * @param isTable whether it is one: not a view or a foreign table
 * @param strategy {@code RANGE}, {@code LIST} or {@code HASH}; empty where it is not partitioned
 * @param keys the columns it is partitioned by; {@code (expression)} for what is none
 * @param type of the rule's column, as PostgreSQL writes it; empty where there is no such column
 * @param nullable whether that column may be NULL
 * @param fallback the default partition
 */
public record PolicyTable(
    QualifiedName name,
    boolean isTable,
    Optional<String> strategy,
    List<String> keys,
    Optional<String> type,
    boolean nullable,
    Optional<QualifiedName> fallback) {

  public PolicyTable {
    keys = List.copyOf(keys);
  }
}
