package org.partitionproxy.replica;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;

/** What makes a replica's table have the columns, and no more keys than those, of the shard's. */
final class ColumnSteps {

  private final CopiedTable actual;
  private final CopiedTable wanted;
  private final List<Sql> first;
  private final List<Sql> last;

  /**
   * @param first takes what comes at once
   * @param last takes what waits until all that the shard has written so far is on the replica
   */
  ColumnSteps(CopiedTable actual, CopiedTable wanted, List<Sql> first, List<Sql> last) {
    this.actual = actual;
    this.wanted = wanted;
    this.first = first;
    this.last = last;
  }

  /**
   * A column that is new on the shard gets what its earlier rows have in it. Where that is not
   * known, or the shard's values may have changed without a change of rows, the table is emptied.
   *
   * @return whether all is known; otherwise the table must be copied once more
   */
  boolean bring() {
    SortedMap<Identifier, CopiedColumn> old = new TreeMap<>(actual.columnsByName());
    boolean known = true;
    for (CopiedColumn column : wanted.columns()) {
      CopiedColumn before = old.remove(column.name());
      if (before == null) {
        add(column);
        known &=
            column.generated().isPresent() || (actual.numbers().isNew(column) && column.isKnown());
      } else {
        alter(before, column);
        known &= actual.numbers().isOf(column) && column.type().equals(before.type());
      }
    }
    if (!known) {
      first.add(0, Sql.of("TRUNCATE {}", wanted.name()));
    }
    ColumnNumbers numbers = ColumnNumbers.of(wanted.columns());
    if (!numbers.equals(actual.numbers())) {
      first.add(numbers.comment(wanted.name()));
    }
    return known;
  }

  private void add(CopiedColumn column) {
    first.add(
        Sql.of(
            "ALTER TABLE {} ADD COLUMN {}{}",
            wanted.name(),
            column.definition(),
            column.missing().map(m -> Sql.of(" DEFAULT {}", Literal.of(m))).orElse(Sql.EMPTY)));
    if (column.missing().isPresent()) {
      first.add(alterColumn(column, Sql.of("DROP DEFAULT")));
    }
    if (column.notNull()) {
      last.add(alterColumn(column, Sql.of("SET NOT NULL")));
    }
  }

  private void alter(CopiedColumn before, CopiedColumn column) {
    if (!column.hasTypeOf(before)) {
      first.add(type(column));
    }
    if (before.notNull() && !column.notNull()) {
      first.add(alterColumn(column, Sql.of("DROP NOT NULL")));
    } else if (column.notNull() && !before.notNull()) {
      last.add(alterColumn(column, Sql.of("SET NOT NULL")));
    }
  }

  /**
   * Rows that are under way may still have columns that are gone, and others don't have them any
   * more: those must be allowed to lack them. Of a table that is copied once more nothing is under
   * way.
   *
   * @param emptied whether it is
   */
  void drop(boolean emptied) {
    List<CopiedColumn> columns =
        wanted.place().isPresent()
            ? List.of()
            : actual.columns().stream()
                .filter(column -> !wanted.columnsByName().containsKey(column.name()))
                .toList();
    List<CopiedColumn> needed = columns.stream().filter(CopiedColumn::notNull).toList();
    actual.keys().keySet().stream()
        .filter(name -> !wanted.keys().containsKey(name))
        .map(name -> Sql.of("ALTER TABLE {} DROP CONSTRAINT {}", wanted.name(), name))
        .forEach(emptied || !needed.isEmpty() ? first::add : last::add);
    if (!emptied) {
      needed.forEach(c -> first.add(alterColumn(c, Sql.of("DROP NOT NULL"))));
    }
    columns.stream()
        .map(column -> Sql.of("ALTER TABLE {} DROP COLUMN {}", wanted.name(), column.name()))
        .forEach(emptied ? first::add : last::add);
  }

  private Sql alterColumn(CopiedColumn column, Sql action) {
    return Sql.of("ALTER TABLE {} ALTER COLUMN {} {}", wanted.name(), column.name(), action);
  }

  private Sql type(CopiedColumn column) {
    Sql type = Sql.deparsed(column.type());
    Sql collation =
        column.collation().map(c -> Sql.of(" COLLATE {}", Sql.deparsed(c))).orElse(Sql.EMPTY);
    return alterColumn(
        column, Sql.of("TYPE {}{} USING {}::{}", type, collation, column.name(), type));
  }
}
