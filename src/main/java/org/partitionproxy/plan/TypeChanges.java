package org.partitionproxy.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.ForeignTable;
import org.partitionproxy.state.TypeName;
import org.partitionproxy.state.UserType;

/**
 * Changes of the types that foreign tables use. A type is altered where PostgreSQL can; where it
 * can't, it is made anew, and with it all that uses it: foreign tables hold nothing.
 */
public final class TypeChanges {

  private final SortedMap<QualifiedName, UserType> is;
  private final SortedMap<QualifiedName, UserType> should;
  private final Collection<ForeignTable> tables;
  private final Set<QualifiedName> rebuilt = new TreeSet<>();

  /**
   * @param tables as they should be
   */
  TypeChanges(
      SortedMap<QualifiedName, UserType> is,
      SortedMap<QualifiedName, UserType> should,
      Collection<ForeignTable> tables) {
    this.is = is;
    this.should = should;
    this.tables = tables;
    for (UserType type : UserType.inOrder(should.values())) {
      UserType old = is.get(type.name());
      boolean partRebuilt = type.parts().map(TypeName::name).anyMatch(rebuilt::contains);
      if (old != null && (partRebuilt || alter(old, type).isEmpty())) {
        rebuilt.add(type.name());
      }
    }
  }

  /**
   * What is new of types on a server whose tables hold rows: there a type is never made anew, and
   * none goes.
   */
  public static List<Change> forCopies(
      SortedMap<QualifiedName, UserType> is,
      SortedMap<QualifiedName, UserType> should,
      Stage stage) {
    TreeSet<String> known = new TreeSet<>();
    is.keySet().forEach(name -> known.add(name.toString()));
    return new TypeChanges(is, should, List.of())
        .creationsAndAlterations().stream()
            .filter(c -> c.action() == Action.ALTER || !known.contains(c.name()))
            .map(
                c ->
                    new Change(
                        stage,
                        c.action(),
                        c.kind(),
                        c.name(),
                        Optional.empty(),
                        c.statements(),
                        Change.Transaction.OWNER,
                        Set.of()))
            .toList();
  }

  /** Whether a table must be made anew since one of its types is, or goes. */
  boolean takesAlong(ForeignTable table) {
    return table.columns().stream()
        .map(column -> column.type().name())
        .anyMatch(t -> rebuilt.contains(t) || (is.containsKey(t) && !should.containsKey(t)));
  }

  /** After the tables that use them are gone. */
  List<Change> drops() {
    List<Change> changes = new ArrayList<>();
    List<UserType> order = new ArrayList<>(UserType.inOrder(is.values()));
    for (int i = order.size() - 1; i >= 0; i--) {
      QualifiedName name = order.get(i).name();
      if (!should.containsKey(name) || rebuilt.contains(name)) {
        Change drop = change(Action.DROP, name, List.of(Sql.of("DROP TYPE {}", name)));
        changes.add(
            rebuilt.contains(name) ? drop.displacing(List.of(Displaced.whole(name))) : drop);
      }
    }
    return changes;
  }

  /** Before the tables that use them are made. */
  List<Change> creationsAndAlterations() {
    List<Change> changes = new ArrayList<>();
    for (UserType type : UserType.inOrder(should.values())) {
      UserType old = is.get(type.name());
      if (old == null || rebuilt.contains(type.name())) {
        changes.add(change(Action.CREATE, type.name(), List.of(create(type))));
      } else {
        changes.addAll(
            Differ.unlessEmpty(
                alter(old, type).orElseThrow(), sql -> change(Action.ALTER, type.name(), sql)));
      }
    }
    return changes;
  }

  private static Change change(Action action, QualifiedName name, List<Sql> statements) {
    return Change.ofMirror(action, ObjectKind.TYPE, name.toString(), name.schema(), statements);
  }

  private static Sql create(UserType type) {
    if (type instanceof UserType.Enumeration one) {
      return Sql.of(
          "CREATE TYPE {} AS ENUM ({})",
          one.name(),
          Sql.join(", ", one.labels().stream().map(Literal::of).toList()));
    }
    if (type instanceof UserType.Domain one) {
      return Sql.of(
          "CREATE DOMAIN {} AS {}{}{}{}{}",
          one.name(),
          Sql.deparsed(one.base().sql()),
          one.collation().map(c -> Sql.of(" COLLATE {}", c)).orElse(Sql.EMPTY),
          one.fallback().map(f -> Sql.of(" DEFAULT {}", Sql.deparsed(f))).orElse(Sql.EMPTY),
          one.notNull() ? Sql.of(" NOT NULL") : Sql.EMPTY,
          Sql.join(
              "",
              one.checks().entrySet().stream()
                  .map(
                      check ->
                          Sql.of(
                              " CONSTRAINT {} {}",
                              Identifier.of(check.getKey()),
                              Sql.deparsed(check.getValue())))
                  .toList()));
    }
    if (type instanceof UserType.Range one) {
      return Sql.of(
          "CREATE TYPE {} AS RANGE (SUBTYPE = {}, MULTIRANGE_TYPE_NAME = {})",
          one.name(),
          Sql.deparsed(one.subtype().sql()),
          one.multirange());
    }
    UserType.Composite composite = (UserType.Composite) type;
    return Sql.of(
        "CREATE TYPE {} AS ({})",
        composite.name(),
        Sql.join(", ", composite.attributes().stream().map(MirrorChanges::typed).toList()));
  }

  /** Nothing where nothing differs; empty where only a new type will do. */
  private Optional<List<Sql>> alter(UserType old, UserType type) {
    if (old.equals(type)) {
      return Optional.of(List.of());
    }
    if (old instanceof UserType.Enumeration from && type instanceof UserType.Enumeration to) {
      return labels(from, to);
    }
    if (old instanceof UserType.Domain from && type instanceof UserType.Domain to) {
      return conditions(from, to);
    }
    if (old instanceof UserType.Composite from && type instanceof UserType.Composite to) {
      return attributes(from, to);
    }
    return Optional.empty();
  }

  /** A label can be added anywhere, but not be used by a default in the same transaction. */
  private Optional<List<Sql>> labels(UserType.Enumeration from, UserType.Enumeration to) {
    if (!to.labels().containsAll(from.labels())
        || !to.labels().stream().filter(from.labels()::contains).toList().equals(from.labels())) {
      return Optional.empty();
    }
    List<Sql> statements = new ArrayList<>();
    for (int i = 0; i < to.labels().size(); i++) {
      String label = to.labels().get(i);
      if (from.labels().contains(label)) {
        continue;
      }
      if (defaults().anyMatch(d -> d.contains(Literal.of(label).toString()))) {
        return Optional.empty();
      }
      Sql place =
          i == 0
              ? Sql.of("BEFORE {}", Literal.of(from.labels().get(0)))
              : Sql.of("AFTER {}", Literal.of(to.labels().get(i - 1)));
      statements.add(Sql.of("ALTER TYPE {} ADD VALUE {} {}", to.name(), Literal.of(label), place));
    }
    return Optional.of(statements);
  }

  private Stream<String> defaults() {
    return Stream.concat(
        tables.stream().flatMap(t -> t.columns().stream()).map(c -> c.fill().expression()),
        should.values().stream()
            .flatMap(t -> t instanceof UserType.Domain d ? d.fallback().stream() : Stream.of()));
  }

  private static Optional<List<Sql>> conditions(UserType.Domain from, UserType.Domain to) {
    if (!from.base().equals(to.base()) || !from.collation().equals(to.collation())) {
      return Optional.empty();
    }
    List<Sql> actions = new ArrayList<>();
    if (!from.fallback().equals(to.fallback())) {
      actions.add(
          to.fallback()
              .map(f -> Sql.of("SET DEFAULT {}", Sql.deparsed(f)))
              .orElse(Sql.of("DROP DEFAULT")));
    }
    if (from.notNull() != to.notNull()) {
      actions.add(to.notNull() ? Sql.of("SET NOT NULL") : Sql.of("DROP NOT NULL"));
    }
    from.checks()
        .forEach(
            (name, check) -> {
              if (!check.equals(to.checks().get(name))) {
                actions.add(Sql.of("DROP CONSTRAINT {}", Identifier.of(name)));
              }
            });
    to.checks()
        .forEach(
            (name, check) -> {
              if (!check.equals(from.checks().get(name))) {
                actions.add(
                    Sql.of("ADD CONSTRAINT {} {}", Identifier.of(name), Sql.deparsed(check)));
              }
            });
    return Optional.of(
        actions.stream().map(a -> Sql.of("ALTER DOMAIN {} {}", to.name(), a)).toList());
  }

  /** Attributes are added at the end only; any other change is a new type. */
  private static Optional<List<Sql>> attributes(UserType.Composite from, UserType.Composite to) {
    TreeMap<Identifier, Column> left = new TreeMap<>();
    to.attributes().forEach(a -> left.put(a.name(), a));
    List<Sql> actions = new ArrayList<>();
    for (Column attribute : from.attributes()) {
      Column now = left.remove(attribute.name());
      if (now == null) {
        actions.add(Sql.of("DROP ATTRIBUTE {}", attribute.name()));
      } else if (!now.equals(attribute)) {
        return Optional.empty();
      }
    }
    List<Column> added = to.attributes().stream().filter(a -> left.containsKey(a.name())).toList();
    int kept = to.attributes().size() - added.size();
    if (!to.attributes().subList(kept, to.attributes().size()).equals(added)) {
      return Optional.empty();
    }
    added.forEach(a -> actions.add(Sql.of("ADD ATTRIBUTE {}", MirrorChanges.typed(a))));
    return actions.isEmpty()
        ? Optional.empty()
        : Optional.of(List.of(Sql.of("ALTER TYPE {} {}", to.name(), Sql.join(", ", actions))));
  }
}
