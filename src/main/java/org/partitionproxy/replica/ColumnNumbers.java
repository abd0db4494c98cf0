package org.partitionproxy.replica;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Which column of the shard's each column of a replica's table was made for, by PostgreSQL's
 * number, which no other column of that table has ever had. It is kept as the table's comment. So a
 * column that was dropped and added once more, or renamed, is not taken for the one that it was.
 *
 * @param numbers by the column's name then; empty if that is not known
 */
record ColumnNumbers(SortedMap<String, Integer> numbers) {

  private static final TypeReference<TreeMap<String, Integer>> NUMBERS = new TypeReference<>() {};

  ColumnNumbers {
    numbers = Collections.unmodifiableSortedMap(new TreeMap<>(numbers));
  }

  /** From a comment; of any other than ppp's nothing is known. */
  static ColumnNumbers of(Optional<String> comment) {
    try {
      return new ColumnNumbers(
          comment
              .map(text -> JsonMapper.shared().readValue(text, NUMBERS))
              .orElseGet(TreeMap::new));
    } catch (JacksonException e) {
      return new ColumnNumbers(new TreeMap<>());
    }
  }

  static ColumnNumbers of(List<CopiedColumn> columns) {
    TreeMap<String, Integer> numbers = new TreeMap<>();
    columns.forEach(column -> numbers.put(column.name().value(), column.number()));
    return new ColumnNumbers(numbers);
  }

  Sql comment(QualifiedName table) {
    return Sql.of(
        "COMMENT ON TABLE {} IS {}",
        table,
        Literal.of(JsonMapper.shared().writeValueAsString(numbers)));
  }

  /** Whether a column of the replica's has the rows of the shard's column of that name. */
  boolean isOf(CopiedColumn column) {
    return numbers.isEmpty()
        || Integer.valueOf(column.number()).equals(numbers.get(column.name().value()));
  }

  /** Whether the shard's column came after all that the replica has ever had. */
  boolean isNew(CopiedColumn column) {
    return !numbers.isEmpty() && !numbers.containsValue(column.number());
  }
}
