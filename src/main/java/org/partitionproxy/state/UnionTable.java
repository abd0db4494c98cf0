package org.partitionproxy.state;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;

/**
 * The same-named tables of all tenants as one table of the veneer, partitioned by tenant: a foreign
 * table for each shard, which stands for its {@link UnionView}.
 *
 * @param columns the tenant's name, then the common ones
 * @param parts the tenants of each foreign server
 */
public record UnionTable(
    QualifiedName name,
    List<Column> columns,
    SortedMap<Identifier, SortedSet<String>> parts,
    Acl acl) {

  public UnionTable {
    columns = List.copyOf(columns);
    TreeMap<Identifier, SortedSet<String>> copy = new TreeMap<>();
    parts.forEach(
        (server, tenants) ->
            copy.put(server, Collections.unmodifiableSortedSet(new TreeSet<>(tenants))));
    parts = Collections.unmodifiableSortedMap(copy);
  }
}
