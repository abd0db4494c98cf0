package org.partitionproxy.mirror;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.ColumnFill;
import org.partitionproxy.state.Comments;
import org.partitionproxy.state.ForeignTable;
import org.partitionproxy.state.Key;
import org.partitionproxy.state.ShardTrigger;
import org.partitionproxy.state.Table;
import org.partitionproxy.state.TableKind;
import org.partitionproxy.state.TypeName;
import org.partitionproxy.state.UserType;

/**
 * What the veneer shows of one tenant.
 *
 * @param types that its tables may use, in an order in which they can be made
 * @param tables the foreign tables that it should have
 * @param numbered columns that the shard must fill by a trigger where they are left out
 * @param guarded tables with rows in other tables: see {@link ShardTrigger#guard}
 * @param notes what can't be as on the shard, each a sentence for a person
 */
public record Mirror(
    List<UserType> types,
    List<ForeignTable> tables,
    List<Numbered> numbered,
    List<QualifiedName> guarded,
    List<String> notes) {

  /**
   * Of the rules in this class: when they change, mirrors that were made by older ones are derived
   * again, although neither side has changed.
   */
  public static final int VERSION = 3;

  /** What postgres_fdw can do on the remote side. */
  private static final TreeSet<String> PRIVILEGES =
      new TreeSet<>(List.of("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"));

  /**
   * A column like serial's, or an identity column that takes explicit values: an INSERT through the
   * veneer without it sends NULL.
   */
  public record Numbered(Table table, Identifier column, QualifiedName sequence) {

    /** A partition of the table may lie in another schema, and not know the table's. */
    public ShardTrigger trigger() {
      boolean elsewhere =
          table.kind() == TableKind.PARTITIONED_TABLE
              || !sequence.schema().equals(table.name().schema());
      List<String> arguments =
          List.of(
              sequence.name().value(), elsewhere ? sequence.schema().value() : "", typeOfColumn());
      return new ShardTrigger(table.name(), ShardTrigger.nameFor(column), arguments);
    }

    private String typeOfColumn() {
      return table.columns().stream()
          .filter(one -> one.name().equals(column))
          .map(one -> one.type().toString())
          .findFirst()
          .orElse("");
    }
  }

  public Mirror {
    types = List.copyOf(types);
    tables = List.copyOf(tables);
    numbered = List.copyOf(numbered);
    guarded = List.copyOf(guarded);
    notes = List.copyOf(notes);
  }

  /**
   * What there is on the shard.
   *
   * @param tables of the tenant's schema
   * @param types of the tenant's schema
   * @param triggers that ppp made there
   */
  public record Source(
      List<Table> tables, Collection<UserType> types, List<ShardTrigger> triggers) {

    /** The extensions that it uses, with the schema of their types where it is known. */
    public SortedMap<Identifier, Optional<Identifier>> extensions() {
      TreeMap<Identifier, Optional<Identifier>> extensions = new TreeMap<>();
      for (Table table : tables) {
        for (Column column : table.columns()) {
          column.fill().extensions().forEach(e -> extensions.putIfAbsent(e, Optional.empty()));
        }
      }
      Stream.concat(
              tables.stream().flatMap(t -> t.columns().stream()).map(Column::type),
              types.stream().flatMap(UserType::parts))
          .forEach(
              type ->
                  type.extension()
                      .ifPresent(e -> extensions.put(e, Optional.of(type.name().schema()))));
      return extensions;
    }

    /** The same with some of the tables, by their names as text. */
    public Source only(Set<String> names) {
      return new Source(
          tables.stream().filter(t -> names.contains(t.name().toString())).toList(),
          types,
          triggers);
    }

    public static final Source NONE = new Source(List.of(), List.of(), List.of());
  }

  /**
   * @param server the foreign server of that shard
   * @param history the table of applied migrations, which is nobody's business but the owner's
   * @param extensions whose types the veneer has too
   * @param owner the role that owns the tables on the shard
   */
  public static Mirror of(
      Source source,
      Identifier server,
      Identifier history,
      Set<Identifier> extensions,
      Identifier owner) {
    SortedMap<QualifiedName, UserType> types = usable(source.types(), extensions);
    List<ForeignTable> foreign = new ArrayList<>();
    List<Numbered> numbered = new ArrayList<>();
    List<QualifiedName> guarded = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (Table table : source.tables()) {
      if (table.name().name().equals(history)) {
        continue;
      }
      Optional<String> obstacle = obstacle(table, types, extensions);
      if (obstacle.isPresent()) {
        notes.add("table " + table.name() + " is not shown: " + obstacle.get());
        continue;
      }
      foreign.add(
          new ForeignTable(
              table.name(),
              server,
              table.name(),
              table.columns().stream().map(c -> foreign(c, extensions)).toList(),
              forwarded(table.acl()).with(owner, PRIVILEGES),
              comments(table)));
      if (table.inherited()) {
        guarded.add(table.name());
      }
      for (Column column : table.columns()) {
        ColumnFill fill = column.fill();
        if (table.kind().takesTriggers() && fill.kind() != ColumnFill.Kind.IDENTITY_ALWAYS) {
          fill.sequence().ifPresent(s -> numbered.add(new Numbered(table, column.name(), s)));
        }
        if (isBound(fill, extensions)) {
          notes.add(
              "an INSERT on the veneer that leaves out column "
                  + column.name()
                  + " of "
                  + table.name()
                  + " gives NULL: its default depends on "
                  + String.join(", ", boundTo(fill, extensions))
                  + " of the shard");
        }
      }
    }
    return new Mirror(UserType.inOrder(types.values()), foreign, numbered, guarded, notes);
  }

  /** Those of the shard's tables that have a foreign table. */
  public List<Table> shown(List<Table> all) {
    Set<QualifiedName> remote = new HashSet<>();
    tables.forEach(table -> remote.add(table.remote()));
    return all.stream().filter(table -> remote.contains(table.name())).toList();
  }

  /** A foreign table can't have keys: its comment tells of them. */
  private static Comments comments(Table table) {
    if (table.keys().isEmpty()) {
      return table.comments();
    }
    String keys =
        "On the shard: "
            + table.keys().stream().map(Key::definition).collect(Collectors.joining("; "));
    return table
        .comments()
        .with(Optional.of(table.comments().relation().map(c -> c + "\n\n" + keys).orElse(keys)));
  }

  private static boolean isBound(ColumnFill fill, Set<Identifier> extensions) {
    return fill.kind() == ColumnFill.Kind.DEFAULT
        && fill.sequence().isEmpty()
        && !boundTo(fill, extensions).isEmpty();
  }

  private static List<String> boundTo(ColumnFill fill, Set<Identifier> extensions) {
    List<String> bound = new ArrayList<>(fill.ties());
    fill.extensions().stream()
        .filter(e -> !extensions.contains(e))
        .forEach(e -> bound.add("extension " + e));
    return bound;
  }

  /**
   * Only the shard fills what PostgreSQL computes or numbers by itself; a generated foreign column
   * makes postgres_fdw send DEFAULT for it.
   *
   * @see <a href="https://www.postgresql.org/docs/18/postgres-fdw.html">F.38 postgres_fdw</a>
   */
  private static Column foreign(Column column, Set<Identifier> extensions) {
    ColumnFill fill = column.fill();
    return column.with(
        switch (fill.kind()) {
          case GENERATED, IDENTITY_ALWAYS -> ColumnFill.GENERATED;
          case NONE, IDENTITY_BY_DEFAULT -> ColumnFill.NONE;
          case DEFAULT ->
              boundTo(fill, extensions).isEmpty()
                  ? ColumnFill.of(fill.expression())
                  : ColumnFill.NONE;
        });
  }

  /** Those that can be made on another server, with all that they are made of. */
  private static SortedMap<QualifiedName, UserType> usable(
      Collection<UserType> all, Set<Identifier> extensions) {
    TreeMap<QualifiedName, UserType> usable = new TreeMap<>();
    for (UserType type : UserType.inOrder(all)) {
      if (type.ties().isEmpty() && type.parts().allMatch(p -> isKnown(p, usable, extensions))) {
        usable.put(type.name(), type);
      }
    }
    return usable;
  }

  private static boolean isKnown(
      TypeName type, SortedMap<QualifiedName, UserType> types, Set<Identifier> extensions) {
    return type.isBuiltIn()
        || types.containsKey(type.name())
        || (type.extension().isPresent() && extensions.contains(type.extension().get()));
  }

  /** What a role may do on the shard it may do here; the rest does not go through postgres_fdw. */
  private static Acl forwarded(Acl acl) {
    Acl kept = Acl.NONE;
    for (var grant : acl.grants().entrySet()) {
      TreeSet<String> privileges = new TreeSet<>(grant.getValue());
      privileges.retainAll(PRIVILEGES);
      if (!grant.getKey().equals(Acl.PUBLIC)) {
        kept = kept.with(grant.getKey(), privileges);
      }
    }
    return kept;
  }

  private static Optional<String> obstacle(
      Table table, SortedMap<QualifiedName, UserType> types, Set<Identifier> extensions) {
    for (Column column : table.columns()) {
      TypeName type = column.type();
      if (!isKnown(type, types, extensions)) {
        String why =
            type.extension()
                .map(e -> "of extension \"" + e + "\", which the veneer does not have")
                .orElse("which the veneer can't have");
        return Optional.of("column \"" + column.name() + "\" has type " + type + ", " + why);
      }
      if (column.collation().isPresent()
          && !column.collation().get().schema().value().equals("pg_catalog")) {
        return Optional.of(
            "column \""
                + column.name()
                + "\" has collation "
                + column.collation().get()
                + ", which is not built in");
      }
    }
    return Optional.empty();
  }
}
