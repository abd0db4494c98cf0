package org.partitionproxy.plan;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.UUID;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.ServerState;
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
  private static final Identifier PARTS = Identifier.of("everyone_shards");

  /** The reader's, in the veneer's database. */
  public static final SortedMap<String, String> SETTINGS = settings();

  private final Identifier owner;
  private final Identifier reader;

  /**
   * @param owner of all that is made
   * @param reader who may read it
   */
  public EveryoneChanges(Identifier owner, Identifier reader) {
    this.owner = owner;
    this.reader = reader;
  }

  /**
   * The schema of a shard, if it is missing or the reader can't use it.
   *
   * @param open whether the reader has its rights
   */
  public List<Change> shardSchemas(SortedSet<Identifier> there, boolean open) {
    return schema(there, open, List.of());
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
    List<Change> changes = new ArrayList<>(schema(there, open, settings));
    if (!there.contains(PARTS)) {
      changes.add(
          global(
              Action.CREATE,
              ObjectKind.SCHEMA,
              PARTS.value(),
              List.of(Sql.of("CREATE SCHEMA {} AUTHORIZATION {}", PARTS, owner)),
              Change.Transaction.SUPERUSER));
    }
    return changes;
  }

  private List<Change> schema(SortedSet<Identifier> there, boolean open, List<Sql> settings) {
    List<Sql> statements = new ArrayList<>();
    boolean missing = !there.contains(SCHEMA);
    if (missing) {
      statements.add(Sql.of("CREATE SCHEMA {} AUTHORIZATION {}", SCHEMA, owner));
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

  public List<Change> views(Collection<UnionView> is, Collection<UnionView> should) {
    SortedMap<QualifiedName, UnionView> actual = ServerState.index(is, UnionView::name);
    SortedMap<QualifiedName, UnionView> wanted = ServerState.index(should, UnionView::name);
    List<Change> changes = new ArrayList<>();
    actual.forEach(
        (name, view) -> {
          if (!wanted.containsKey(name)) {
            changes.add(view(Action.DROP, name, drop(view)));
          }
        });
    wanted.forEach(
        (name, view) -> {
          UnionView old = actual.get(name);
          if (old == null) {
            changes.add(view(Action.CREATE, name, create(view)));
          } else if (!old.columns().equals(view.columns()) || !old.acl().equals(view.acl())) {
            List<Sql> statements = new ArrayList<>(drop(old));
            statements.addAll(create(view));
            changes.add(view(Action.ALTER, name, statements));
          } else if (!old.body().equals(view.body())) {
            changes.add(view(Action.ALTER, name, List.of(function(view))));
          }
        });
    return changes;
  }

  private static Change view(Action action, QualifiedName name, List<Sql> statements) {
    return global(action, ObjectKind.VIEW, name.toString(), statements, Change.Transaction.OWNER);
  }

  private static List<Sql> drop(UnionView view) {
    return List.of(Sql.of("DROP VIEW {}", view.name()), Sql.of("DROP FUNCTION {}()", view.name()));
  }

  private List<Sql> create(UnionView view) {
    List<Sql> statements = new ArrayList<>();
    statements.add(Sql.of("DROP FUNCTION IF EXISTS {}()", view.name()));
    statements.add(function(view));
    statements.add(Sql.of("REVOKE ALL ON FUNCTION {}() FROM PUBLIC", view.name()));
    statements.add(Sql.of("GRANT EXECUTE ON FUNCTION {}() TO {}", view.name(), reader));
    List<Sql> columns =
        view.columns().stream().map(c -> Sql.of("u.{}{}", c.name(), collate(c))).toList();
    statements.add(
        Sql.of(
            "CREATE VIEW {} ({}) AS SELECT {} FROM {}() AS u",
            view.name(),
            Sql.join(", ", view.columns().stream().map(Column::name).toList()),
            Sql.join(", ", columns),
            view.name()));
    statements.addAll(AclSql.changes(Sql.of("ON {}", view.name()), Acl.NONE, view.acl()));
    return statements;
  }

  /**
   * Neither STRICT nor SECURITY DEFINER, and without settings: so the planner puts its body in the
   * place of the call, and an index of a tenant's table can be used.
   */
  private static Sql function(UnionView view) {
    List<Sql> columns =
        view.columns().stream()
            .map(c -> Sql.of("{} {}", c.name(), Sql.deparsed(c.type().sql())))
            .toList();
    return Sql.of(
        "CREATE OR REPLACE FUNCTION {}() RETURNS TABLE ({}) LANGUAGE sql STABLE PARALLEL SAFE AS"
            + " {}",
        view.name(),
        Sql.join(", ", columns),
        Literal.of(view.body()));
  }

  private static Sql collate(Column column) {
    return column.collation().map(c -> Sql.of(" COLLATE {}", c)).orElse(Sql.EMPTY);
  }

  public List<Change> tables(Collection<UnionTable> is, Collection<UnionTable> should) {
    SortedMap<QualifiedName, UnionTable> actual = ServerState.index(is, UnionTable::name);
    SortedMap<QualifiedName, UnionTable> wanted = ServerState.index(should, UnionTable::name);
    List<Change> changes = new ArrayList<>();
    actual.forEach(
        (name, table) -> {
          // One without parts of ours is somebody else's.
          if (!wanted.containsKey(name) && !table.parts().isEmpty()) {
            List<Sql> statements = dropParts(table);
            statements.add(Sql.of("DROP TABLE {}", name));
            changes.add(table(Action.DROP, name, statements));
          }
        });
    wanted.forEach(
        (name, table) -> {
          UnionTable old = actual.get(name);
          if (old == null) {
            changes.add(table(Action.CREATE, name, create(table)));
          } else {
            changes.addAll(
                Differ.unlessEmpty(alter(old, table), sql -> table(Action.ALTER, name, sql)));
          }
        });
    return changes;
  }

  private static Change table(Action action, QualifiedName name, List<Sql> statements) {
    return global(action, ObjectKind.TABLE, name.toString(), statements, Change.Transaction.OWNER);
  }

  private static List<Sql> create(UnionTable table) {
    List<Sql> statements = new ArrayList<>();
    statements.add(
        Sql.of(
            "CREATE TABLE {} ({}) PARTITION BY LIST ({})",
            table.name(),
            Sql.join(", ", table.columns().stream().map(EveryoneChanges::definition).toList()),
            table.columns().get(0).name()));
    statements.addAll(createParts(table));
    statements.addAll(AclSql.changes(Sql.of("ON {}", table.name()), Acl.NONE, table.acl()));
    return statements;
  }

  private static Sql definition(Column column) {
    return Sql.of("{} {}{}", column.name(), Sql.deparsed(column.type().sql()), collate(column));
  }

  private static List<Sql> createParts(UnionTable table) {
    List<Sql> statements = new ArrayList<>();
    table
        .parts()
        .forEach(
            (server, tenants) ->
                statements.add(
                    Sql.of(
                        "CREATE FOREIGN TABLE {} PARTITION OF {} FOR VALUES IN ({}) SERVER {}"
                            + " OPTIONS (schema_name {}, table_name {})",
                        part(table.name(), server),
                        table.name(),
                        Sql.join(", ", tenants.stream().map(Literal::of).toList()),
                        server,
                        Literal.of(table.name().schema().value()),
                        Literal.of(table.name().name().value()))));
    return statements;
  }

  private static List<Sql> dropParts(UnionTable table) {
    List<Sql> statements = new ArrayList<>();
    table
        .parts()
        .keySet()
        .forEach(
            server -> statements.add(Sql.of("DROP FOREIGN TABLE {}", part(table.name(), server))));
    return statements;
  }

  /** {@code orders@shard1}, or a number in the place of a name that PostgreSQL would cut. */
  private static QualifiedName part(QualifiedName table, Identifier server) {
    String name = table.name() + "@" + server;
    return new QualifiedName(
        PARTS,
        Identifier.of(
            Identifier.isValid(name)
                ? name
                : UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString()));
  }

  private static List<Sql> alter(UnionTable is, UnionTable should) {
    List<Sql> actions = columns(is, should);
    List<Sql> statements = new ArrayList<>();
    if (!actions.isEmpty() || !is.parts().equals(should.parts())) {
      statements.addAll(dropParts(is));
      if (!actions.isEmpty()) {
        statements.add(Sql.of("ALTER TABLE {} {}", should.name(), Sql.join(", ", actions)));
      }
      statements.addAll(createParts(should));
    }
    statements.addAll(AclSql.changes(Sql.of("ON {}", should.name()), is.acl(), should.acl()));
    return statements;
  }

  private static List<Sql> columns(UnionTable is, UnionTable should) {
    Map<Identifier, Column> actual = byName(is);
    Map<Identifier, Column> wanted = byName(should);
    List<Sql> actions = new ArrayList<>();
    actual.keySet().stream()
        .filter(name -> !wanted.containsKey(name))
        .forEach(name -> actions.add(Sql.of("DROP COLUMN {}", name)));
    wanted.forEach(
        (name, column) -> {
          Column old = actual.get(name);
          if (old == null) {
            actions.add(Sql.of("ADD COLUMN {}", definition(column)));
          } else if (!old.equals(column)) {
            // It has no rows of its own, so any type becomes any other.
            actions.add(
                Sql.of(
                    "ALTER COLUMN {} TYPE {}{} USING NULL",
                    name,
                    Sql.deparsed(column.type().sql()),
                    collate(column)));
          }
        });
    return actions;
  }

  private static Map<Identifier, Column> byName(UnionTable table) {
    Map<Identifier, Column> columns = new LinkedHashMap<>();
    table.columns().forEach(column -> columns.put(column.name(), column));
    return columns;
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

  private static Change global(
      Action action,
      ObjectKind kind,
      String name,
      List<Sql> statements,
      Change.Transaction transaction) {
    return new Change(
        Stage.MIRROR, action, kind, name, Optional.empty(), statements, transaction, Set.of());
  }
}
