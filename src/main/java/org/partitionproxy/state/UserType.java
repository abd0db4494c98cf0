package org.partitionproxy.state;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.partitionproxy.sql.QualifiedName;

/**
 * A type that somebody made in a schema.
 *
 * @see <a href="https://www.postgresql.org/docs/18/sql-createtype.html">CREATE TYPE</a>
 * @see <a href="https://www.postgresql.org/docs/18/sql-createdomain.html">CREATE DOMAIN</a>
 */
public sealed interface UserType {

  QualifiedName name();

  /** The types that it is made of, which must be there before it. */
  Stream<TypeName> parts();

  /**
   * What keeps it from being the same on another server, as {@code pg_describe_object} names it;
   * usually nothing.
   */
  List<String> ties();

  /** One of some labels, in their order. */
  record Enumeration(QualifiedName name, List<String> labels) implements UserType {

    public Enumeration {
      labels = List.copyOf(labels);
    }

    @Override
    public Stream<TypeName> parts() {
      return Stream.empty();
    }

    @Override
    public List<String> ties() {
      return List.of();
    }
  }

  /**
   * Another type with conditions.
   *
   * @param collation where it is not the base type's
   * @param fallback the default expression
   * @param checks by name: {@code CHECK (VALUE > 0)}
   */
  record Domain(
      QualifiedName name,
      TypeName base,
      Optional<QualifiedName> collation,
      boolean notNull,
      Optional<String> fallback,
      SortedMap<String, String> checks,
      List<String> ties)
      implements UserType {

    public Domain {
      checks = Collections.unmodifiableSortedMap(new TreeMap<>(checks));
      ties = List.copyOf(ties);
    }

    @Override
    public Stream<TypeName> parts() {
      return Stream.of(base);
    }
  }

  /** Some attributes, which are columns without conditions. */
  record Composite(QualifiedName name, List<Column> attributes) implements UserType {

    public Composite {
      attributes = List.copyOf(attributes);
    }

    @Override
    public Stream<TypeName> parts() {
      return attributes.stream().map(Column::type);
    }

    @Override
    public List<String> ties() {
      return List.of();
    }
  }

  /**
   * From one value to another.
   *
   * @param multirange the name of its multirange type
   */
  record Range(QualifiedName name, TypeName subtype, QualifiedName multirange, List<String> ties)
      implements UserType {

    public Range {
      ties = List.copyOf(ties);
    }

    @Override
    public Stream<TypeName> parts() {
      return Stream.of(subtype);
    }
  }

  /** In an order in which they can be made; each after its {@link #parts}. */
  static List<UserType> inOrder(Collection<? extends UserType> types) {
    TreeMap<QualifiedName, UserType> left = new TreeMap<>();
    types.forEach(type -> left.put(type.name(), type));
    List<UserType> order = new ArrayList<>();
    while (!left.isEmpty()) {
      List<UserType> ready =
          left.values().stream()
              .filter(
                  type ->
                      type.parts()
                          .map(TypeName::name)
                          .noneMatch(p -> left.containsKey(p) && !p.equals(type.name())))
              .toList();
      // PostgreSQL allows no circles; if a reader saw two moments, the server will say what is
      // wrong.
      List<UserType> next = ready.isEmpty() ? List.copyOf(left.values()) : ready;
      order.addAll(next);
      next.forEach(type -> left.remove(type.name()));
    }
    return order;
  }
}
