package org.partitionproxy.plan;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.ServerState;
import org.partitionproxy.state.UnionTable;

/**
 * Changes of the veneer's tables of schema {@code everyone}. They are altered, so that what
 * somebody built on them stays; the foreign tables behind them are made anew.
 */
final class UnionTableChanges {

  List<Change> diff(Collection<UnionTable> is, Collection<UnionTable> should) {
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
    return EveryoneChanges.global(
        action,
        ObjectKind.TABLE,
        name.toString(),
        statements,
        action == Action.DROP ? Change.Transaction.SUPERUSER : Change.Transaction.OWNER);
  }

  private static List<Sql> create(UnionTable table) {
    List<Sql> statements = new ArrayList<>();
    statements.add(
        Sql.of(
            "CREATE TABLE {} ({}) PARTITION BY LIST ({})",
            table.name(),
            Sql.join(", ", table.columns().stream().map(UnionTableChanges::definition).toList()),
            table.columns().get(0).name()));
    statements.addAll(createParts(table));
    statements.addAll(AclSql.changes(Sql.of("ON {}", table.name()), Acl.NONE, table.acl()));
    return statements;
  }

  private static Sql definition(Column column) {
    return Sql.of(
        "{} {}{}",
        column.name(),
        Sql.deparsed(column.type().sql()),
        EveryoneChanges.collate(column));
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
        EveryoneChanges.PARTS,
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
                    EveryoneChanges.collate(column)));
          }
        });
    return actions;
  }

  private static Map<Identifier, Column> byName(UnionTable table) {
    Map<Identifier, Column> columns = new LinkedHashMap<>();
    table.columns().forEach(column -> columns.put(column.name(), column));
    return columns;
  }
}
