package org.partitionproxy.state;

import java.util.List;
import org.partitionproxy.sql.QualifiedName;

/**
 * A relation with rows on a shard; partitions are not listed, their parent is.
 *
 * @param columns in their order, without dropped ones
 * @param bytes on the shard's disk, of a partitioned table with its partitions; 0 for views
 */
public record Table(QualifiedName name, TableKind kind, List<Column> columns, Acl acl, long bytes) {

  public Table {
    columns = List.copyOf(columns);
  }
}
