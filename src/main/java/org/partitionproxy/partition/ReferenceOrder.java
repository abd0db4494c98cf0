package org.partitionproxy.partition;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.QualifiedName;

/**
 * Partitioned tables in an order in which one that refers to another by a foreign key comes before
 * it: rows go before what they refer to.
 */
final class ReferenceOrder {

  private static final String REFERENCES =
      """
      SELECT sn.nspname AS from_schema, s.relname AS from_name, tn.nspname AS to_schema,
        t.relname AS to_name
      FROM pg_catalog.pg_constraint AS k
      JOIN pg_catalog.pg_class AS s ON s.oid = k.conrelid
      JOIN pg_catalog.pg_namespace AS sn ON sn.oid = s.relnamespace
      JOIN pg_catalog.pg_class AS t ON t.oid = k.confrelid
      JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.relnamespace
      WHERE k.contype = 'f' AND k.conparentid = 0 AND s.relkind = 'p' AND t.relkind = 'p'
        AND sn.nspname = ANY (?)
      ORDER BY 1, 2, 3, 4""";

  private ReferenceOrder() {}

  static List<PartitionedTable> of(Session session, List<PartitionedTable> tables) {
    Map<QualifiedName, Set<QualifiedName>> referring = new LinkedHashMap<>();
    SortedSet<String> schemas = new TreeSet<>();
    tables.forEach(table -> schemas.add(table.name().schema().value()));
    session.forEach(
        REFERENCES,
        row ->
            referring
                .computeIfAbsent(
                    new QualifiedName(row.identifier("to_schema"), row.identifier("to_name")),
                    to -> new LinkedHashSet<>())
                .add(new QualifiedName(row.identifier("from_schema"), row.identifier("from_name"))),
        schemas);
    return order(tables, referring);
  }

  /**
   * @param referring for a table, those that refer to it
   */
  static List<PartitionedTable> order(
      Collection<PartitionedTable> tables, Map<QualifiedName, Set<QualifiedName>> referring) {
    Map<QualifiedName, PartitionedTable> all = new LinkedHashMap<>();
    tables.forEach(table -> all.put(table.name(), table));
    Set<QualifiedName> ordered = new LinkedHashSet<>();
    all.keySet().forEach(name -> visit(name, referring, new LinkedHashSet<>(), ordered));
    return ordered.stream().filter(all::containsKey).map(all::get).toList();
  }

  /** Tables that refer to each other in a circle come as they are met. */
  private static void visit(
      QualifiedName name,
      Map<QualifiedName, Set<QualifiedName>> referring,
      Set<QualifiedName> path,
      Set<QualifiedName> ordered) {
    if (ordered.contains(name) || !path.add(name)) {
      return;
    }
    referring.getOrDefault(name, Set.of()).forEach(one -> visit(one, referring, path, ordered));
    ordered.add(name);
  }
}
