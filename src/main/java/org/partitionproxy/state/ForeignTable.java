package org.partitionproxy.state;

import java.util.List;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;

/**
 * A foreign table on the veneer.
 *
 * @param remote the table on the shard that it stands for
 * @param columns each of the same name on the shard
 */
public record ForeignTable(
    QualifiedName name,
    Identifier server,
    QualifiedName remote,
    List<Column> columns,
    Acl acl,
    Comments comments) {

  public ForeignTable {
    columns = List.copyOf(columns);
  }

  /** Without comments. */
  public ForeignTable(
      QualifiedName name, Identifier server, QualifiedName remote, List<Column> columns, Acl acl) {
    this(name, server, remote, columns, acl, Comments.NONE);
  }
}
