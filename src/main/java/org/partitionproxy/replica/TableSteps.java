package org.partitionproxy.replica;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.partitionproxy.plan.Action;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;

/**
 * What makes a replica's tables like the shard's. What is missing comes at once; what is to go
 * waits until the replica has caught up, because rows that are under way may still need it.
 */
final class TableSteps {

  private final SortedMap<QualifiedName, CopiedTable> is;
  private final SortedSet<String> made;
  private final List<Change> now = new ArrayList<>();
  private final List<Change> later = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final SortedSet<QualifiedName> anew = new TreeSet<>();

  /**
   * @param is the replica's
   * @param should the shard's
   * @param made those of the replica's that ppp made, by their names as text
   */
  TableSteps(
      SortedMap<QualifiedName, CopiedTable> is,
      SortedMap<QualifiedName, CopiedTable> should,
      SortedSet<String> made) {
    this.is = is;
    this.made = made;
    List<CopiedTable> order = new ArrayList<>(should.values());
    order.sort(Comparator.comparing(CopiedTable::depth).thenComparing(CopiedTable::name));
    order.forEach(this::compare);
    is.values().stream()
        .filter(t -> !should.containsKey(t.name()) && made.contains(t.name().toString()))
        .sorted(Comparator.comparing(CopiedTable::depth).reversed())
        .forEach(t -> later.add(drop(t.name())));
  }

  /** In the order in which they have to be made. */
  List<Change> now() {
    return now;
  }

  /** What has to wait until all that the shard has written so far is on the replica. */
  List<Change> later() {
    return later;
  }

  /** Tables that are no partitions and whose rows must all be copied once more. */
  SortedSet<QualifiedName> anew() {
    return anew;
  }

  List<String> notes() {
    return notes;
  }

  private void compare(CopiedTable wanted) {
    CopiedTable actual = is.get(wanted.name());
    if (actual == null) {
      now.add(change(Action.CREATE, wanted.name(), create(wanted)));
    } else if (!made.contains(wanted.name().toString())) {
      notes.add("table " + wanted.name() + " on the replica was not made by ppp and is left alone");
    } else if (!actual.partitionKey().equals(wanted.partitionKey())) {
      List<Sql> statements = new ArrayList<>(List.of(Sql.of("DROP TABLE {}", wanted.name())));
      statements.addAll(create(wanted));
      now.add(change(Action.ALTER, wanted.name() + " (anew)", statements));
      anew.add(wanted.root());
    } else {
      alter(actual, wanted);
    }
  }

  private static List<Sql> create(CopiedTable table) {
    List<Sql> statements = new ArrayList<>();
    Sql partitioned =
        table
            .partitionKey()
            .map(k -> Sql.of(" PARTITION BY {}", Sql.deparsed(k)))
            .orElse(Sql.EMPTY);
    if (table.place().isPresent()) {
      CopiedTable.Place place = table.place().get();
      statements.add(
          Sql.of(
              "CREATE TABLE {} PARTITION OF {} {}{}",
              table.name(),
              place.parent(),
              Sql.deparsed(place.bound()),
              partitioned));
    } else {
      statements.add(
          Sql.of(
              "CREATE TABLE {} ({}){}",
              table.name(),
              Sql.join(
                  ", ",
                  table.columns().stream()
                      .map(
                          c -> c.notNull() ? Sql.of("{} NOT NULL", c.definition()) : c.definition())
                      .toList()),
              partitioned));
    }
    if (table.place().isEmpty()) {
      statements.add(ColumnNumbers.of(table.columns()).comment(table.name()));
    }
    table.keys().forEach((name, definition) -> statements.add(key(table, name, definition)));
    table.indexes().values().forEach(index -> statements.add(Sql.deparsed(index)));
    table.identityIndex().ifPresent(index -> statements.add(Sql.deparsed(index)));
    identity(table).ifPresent(statements::add);
    return statements;
  }

  private static Sql key(CopiedTable table, Identifier name, String definition) {
    return Sql.of(
        "ALTER TABLE {} ADD CONSTRAINT {} {}", table.name(), name, Sql.deparsed(definition));
  }

  private static Optional<Sql> identity(CopiedTable table) {
    return switch (table.identity().kind()) {
      case "f" -> Optional.of(Sql.of("ALTER TABLE {} REPLICA IDENTITY FULL", table.name()));
      case "i" ->
          table
              .identity()
              .index()
              .filter(i -> table.identityIndex().isPresent() || table.keys().containsKey(i))
              .map(i -> Sql.of("ALTER TABLE {} REPLICA IDENTITY USING INDEX {}", table.name(), i));
      default -> Optional.empty();
    };
  }

  private void alter(CopiedTable actual, CopiedTable wanted) {
    List<Sql> first = new ArrayList<>();
    List<Sql> last = new ArrayList<>();
    ColumnSteps columns = new ColumnSteps(actual, wanted, first, last);
    if (wanted.place().isEmpty() && !columns.bring()) {
      anew.add(wanted.name());
    }
    place(actual, wanted, first, last);
    wanted
        .keys()
        .forEach(
            (name, definition) -> {
              String old = actual.keys().get(name);
              if (old != null && !old.equals(definition)) {
                first.add(Sql.of("ALTER TABLE {} DROP CONSTRAINT {}", wanted.name(), name));
              }
              if (!definition.equals(old)) {
                first.add(key(wanted, name, definition));
              }
            });
    indexes(actual, wanted, first);
    columns.drop(anew.contains(wanted.name()));
    if (!first.isEmpty()) {
      now.add(change(Action.ALTER, wanted.name(), first));
    }
    if (!last.isEmpty()) {
      later.add(change(Action.ALTER, wanted.name() + " (what is gone on the shard)", last));
    }
  }

  /** One that the replica has for itself stays. */
  private static void indexes(CopiedTable actual, CopiedTable wanted, List<Sql> statements) {
    wanted
        .indexes()
        .forEach(
            (name, definition) -> {
              String old = actual.indexes().get(name);
              if (old != null && !old.equals(definition)) {
                statements.add(
                    Sql.of("DROP INDEX {}", new QualifiedName(wanted.name().schema(), name)));
              }
              if (!definition.equals(old)) {
                statements.add(Sql.deparsed(definition));
              }
            });
  }

  private static void place(
      CopiedTable actual, CopiedTable wanted, List<Sql> first, List<Sql> last) {
    if (actual.place().equals(wanted.place())) {
      return;
    }
    if (actual.place().isPresent()) {
      List<Sql> when = wanted.place().isPresent() ? first : last;
      when.add(
          Sql.of(
              "ALTER TABLE {} DETACH PARTITION {}", actual.place().get().parent(), wanted.name()));
    }
    wanted
        .place()
        .ifPresent(
            p ->
                first.add(
                    Sql.of(
                        "ALTER TABLE {} ATTACH PARTITION {} {}",
                        p.parent(),
                        wanted.name(),
                        Sql.deparsed(p.bound()))));
  }

  private static Change drop(QualifiedName table) {
    return change(Action.DROP, table, List.of(Sql.of("DROP TABLE IF EXISTS {}", table)));
  }

  private static Change change(Action action, Object name, List<Sql> statements) {
    return ReplicationChanges.owned(action, ObjectKind.TABLE, name.toString(), statements);
  }
}
