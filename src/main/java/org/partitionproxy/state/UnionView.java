package org.partitionproxy.state;

import java.util.List;
import org.partitionproxy.sql.QualifiedName;

/**
 * The same-named tables of a shard's tenants as one view, over a function of the same name. The
 * function's body is text, on which nothing depends: it stands in nobody's way who alters a table.
 *
 * @param columns of the view: the tenant's name, then the common ones
 * @param body of the function
 * @param acl of the view; the function has the same readers
 */
public record UnionView(QualifiedName name, List<Column> columns, String body, Acl acl) {

  public UnionView {
    columns = List.copyOf(columns);
  }
}
