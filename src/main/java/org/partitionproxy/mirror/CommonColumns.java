package org.partitionproxy.mirror;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.TypeName;

/**
 * The columns that the same-named tables of several tenants have in common, and why others are left
 * out.
 */
record CommonColumns(List<Column> columns, List<String> leftOut) {

  private static final String BUILT_IN = "pg_catalog";

  /**
   * @param table the name, for the notes
   * @param tables the columns by tenant, at least one; the first one's order of columns is kept
   */
  static CommonColumns of(Identifier table, SortedMap<String, List<Column>> tables) {
    Map<Identifier, SortedMap<String, Column>> byName = new LinkedHashMap<>();
    tables.forEach(
        (tenant, some) ->
            some.forEach(
                column ->
                    byName
                        .computeIfAbsent(column.name(), name -> new TreeMap<>())
                        .put(tenant, bare(column))));
    List<Column> columns = new ArrayList<>();
    List<String> leftOut = new ArrayList<>();
    byName.forEach(
        (name, found) ->
            obstacle(name, found, tables)
                .ifPresentOrElse(
                    reason ->
                        leftOut.add(
                            "column \""
                                + name
                                + "\" of everyone."
                                + table
                                + " is left out: "
                                + reason),
                    () -> columns.add(found.values().iterator().next())));
    return new CommonColumns(columns, leftOut);
  }

  private static Optional<String> obstacle(
      Identifier name, SortedMap<String, Column> found, SortedMap<String, List<Column>> tables) {
    Column first = found.values().iterator().next();
    if (name.equals(Everyone.TENANT)) {
      return Optional.of("the tenant's name stands there");
    }
    if (found.size() < tables.size()) {
      return Optional.of(
          Names.of(tables.keySet().stream().filter(t -> !found.containsKey(t)).toList())
              + " without it");
    }
    for (Map.Entry<String, Column> other : found.entrySet()) {
      Column column = other.getValue();
      boolean builtIn =
          column.type().isBuiltIn()
              && column.collation().map(c -> c.schema().value().equals(BUILT_IN)).orElse(true);
      if (!builtIn) {
        return Optional.of(
            "of tenant \""
                + other.getKey()
                + "\" it is "
                + text(column)
                + ", which is not built in");
      }
      if (!column.equals(first)) {
        return Optional.of(
            "of tenant \""
                + found.firstKey()
                + "\" it is "
                + text(first)
                + ", of \""
                + other.getKey()
                + "\" "
                + text(column));
      }
    }
    return Optional.empty();
  }

  private static String text(Column column) {
    return column.type() + column.collation().map(c -> " COLLATE " + c).orElse("");
  }

  /** What a function can return of it: no length and no precision, and perhaps NULL. */
  private static Column bare(Column column) {
    return new Column(column.name(), bare(column.type()), false, column.collation());
  }

  /**
   * A type without what stands in parentheses.
   *
   * @see <a href="https://www.postgresql.org/docs/18/sql-createfunction.html">CREATE FUNCTION</a>,
   *     "Parenthesized type modifiers are discarded"
   */
  static TypeName bare(TypeName type) {
    if (!type.isBuiltIn()) {
      return type;
    }
    String sql =
        type.sql()
            // Without a length these words mean one of 1.
            .replaceFirst("^character\\(\\d+\\)", "bpchar")
            .replaceFirst("^bit\\(\\d+\\)", "\"bit\"")
            .replaceFirst("^interval [a-z ]+(\\(\\d+\\))?", "interval")
            .replaceFirst("\\(-?\\d+(,-?\\d+)?\\)", "");
    return TypeName.builtIn(sql);
  }
}
