package org.partitionproxy.state;

import java.util.List;
import org.partitionproxy.sql.QualifiedName;

/**
 * A relation with rows on a shard; partitions are not listed, their parent is.
 *
 * @param columns in their order, without dropped ones
 * @param bytes on the shard's disk, of a partitioned table with its partitions; 0 for views
 * @param keys the primary key first, then by name
 * @param inherited whether other tables have rows of it: partitions, or tables that inherit
 */
public record Table(
    QualifiedName name,
    TableKind kind,
    List<Column> columns,
    Acl acl,
    long bytes,
    Comments comments,
    List<Key> keys,
    boolean inherited) {

  public Table {
    columns = List.copyOf(columns);
    keys = List.copyOf(keys);
  }

  /** Without comments, keys and heirs. */
  public Table(QualifiedName name, TableKind kind, List<Column> columns, Acl acl, long bytes) {
    this(name, kind, columns, acl, bytes, Comments.NONE, List.of(), false);
  }
}
