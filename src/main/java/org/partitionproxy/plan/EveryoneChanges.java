package org.partitionproxy.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.UnionTable;
import org.partitionproxy.state.UnionView;

/**
 * Changes of schema {@code everyone}. The veneer's tables are altered, so that what somebody built
 * on them stays, or stops the change by name; what stands behind them, and the shards' views, hold
 * nothing and are made anew.
 */
public final class EveryoneChanges {

  private static final Identifier SCHEMA = Identifier.of("everyone");

  /** On the veneer, where nobody looks: the foreign tables behind {@code everyone}'s. */
  static final Identifier PARTS = Identifier.of("everyone_shards");

  /** The reader's, in the veneer's database. */
  public static final SortedMap<String, String> SETTINGS = settings();

  private final Identifier owner;
  private final Identifier veneerOwner;
  private final Identifier reader;

  /**
   * @param owner of all that is made on the shards
   * @param veneerOwner the same on the veneer
   * @param reader who may read it
   */
  public EveryoneChanges(Identifier owner, Identifier veneerOwner, Identifier reader) {
    this.owner = owner;
    this.veneerOwner = veneerOwner;
    this.reader = reader;
  }

  /**
   * The schema of a shard, if it is missing or the reader can't use it.
   *
   * @param open whether the reader has its rights
   */
  public List<Change> shardSchemas(SortedSet<Identifier> there, boolean open) {
    return schema(owner, there, open, List.of());
  }

  /**
   * The same for the veneer's schemas, with the reader's settings in this database. Only with
   * {@code enable_partitionwise_aggregate} does the planner let the shards group. Merge joins are
   * off because the planner, without statistics, would merge by tenant alone and compare each row
   * of a tenant with each other one.
   *
   * @param open whether the reader has its rights and settings
   * @see <a href="https://www.postgresql.org/docs/18/runtime-config-query.html">PostgreSQL, 19.7
   *     Query Planning</a>
   */
  public List<Change> veneerSchemas(
      SortedSet<Identifier> there, boolean open, Identifier database) {
    List<Sql> settings = new ArrayList<>();
    SETTINGS.forEach(
        (name, value) ->
            settings.add(
                Sql.of(
                    "ALTER ROLE {} IN DATABASE {} SET {} = {}",
                    reader,
                    database,
                    Identifier.of(name),
                    Literal.of(value))));
    List<Change> changes = new ArrayList<>(schema(veneerOwner, there, open, settings));
    if (!there.contains(PARTS)) {
      changes.add(
          global(
              Action.CREATE,
              ObjectKind.SCHEMA,
              PARTS.value(),
              List.of(Sql.of("CREATE SCHEMA {} AUTHORIZATION {}", PARTS, veneerOwner)),
              Change.Transaction.SUPERUSER));
    }
    return changes;
  }

  private List<Change> schema(
      Identifier schemaOwner, SortedSet<Identifier> there, boolean open, List<Sql> settings) {
    List<Sql> statements = new ArrayList<>();
    boolean missing = !there.contains(SCHEMA);
    if (missing) {
      statements.add(Sql.of("CREATE SCHEMA {} AUTHORIZATION {}", SCHEMA, schemaOwner));
    }
    if (missing || !open) {
      statements.add(Sql.of("GRANT USAGE ON SCHEMA {} TO {}", SCHEMA, reader));
      statements.addAll(settings);
    }
    return Differ.unlessEmpty(
        statements,
        sql ->
            global(
                missing ? Action.CREATE : Action.ALTER,
                ObjectKind.SCHEMA,
                SCHEMA.value(),
                sql,
                Change.Transaction.SUPERUSER));
  }

  /** The reader may see these tables of a tenant's, on its shard. */
  public Change readable(Identifier schema, Collection<QualifiedName> tables) {
    return Change.ofSchema(
        Stage.MIRROR,
        Action.ALTER,
        ObjectKind.TABLE,
        schema
            + " ("
            + tables.size()
            + (tables.size() == 1 ? " table" : " tables")
            + " read by "
            + reader
            + ")",
        schema,
        List.of(Sql.of("GRANT SELECT ON {} TO {}", Sql.join(", ", tables), reader)));
  }

  private static SortedMap<String, String> settings() {
    SortedMap<String, String> settings = new TreeMap<>();
    settings.put("enable_mergejoin", "off");
    settings.put("enable_partitionwise_aggregate", "on");
    settings.put("enable_partitionwise_join", "on");
    return Collections.unmodifiableSortedMap(settings);
  }

  /** Changes of a shard's views. */
  public List<Change> views(Collection<UnionView> is, Collection<UnionView> should) {
    return new UnionViewChanges(reader).diff(is, should);
  }

  /** Changes of the veneer's tables. */
  public List<Change> tables(Collection<UnionTable> is, Collection<UnionTable> should) {
    return new UnionTableChanges().diff(is, should);
  }

  static Sql collate(Column column) {
    return column.collation().map(c -> Sql.of(" COLLATE {}", c)).orElse(Sql.EMPTY);
  }

  /** Drops the schemas, which must be empty by then. */
  public List<Change> dropSchemas(SortedSet<Identifier> there) {
    return there.stream()
        .map(
            schema ->
                global(
                    Action.DROP,
                    ObjectKind.SCHEMA,
                    schema.value(),
                    List.of(Sql.of("DROP SCHEMA {}", schema)),
                    Change.Transaction.SUPERUSER))
        .toList();
  }

  /** Keeps the reader out of a server where schema {@code everyone} is no longer wanted. */
  public Change lockOut() {
    return global(
        Action.ALTER,
        ObjectKind.ROLE,
        reader.value(),
        List.of(Sql.of("ALTER ROLE {} NOLOGIN", reader)),
        Change.Transaction.SUPERUSER);
  }

  static Change global(
      Action action,
      ObjectKind kind,
      String name,
      List<Sql> statements,
      Change.Transaction transaction) {
    return new Change(
        Stage.MIRROR, action, kind, name, Optional.empty(), statements, transaction, Set.of());
  }
}
