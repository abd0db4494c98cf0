package org.partitionproxy.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.sql.SqlPart;
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.ColumnFill;
import org.partitionproxy.state.Comments;
import org.partitionproxy.state.ForeignTable;
import org.partitionproxy.state.ServerState;

/**
 * Changes of foreign tables. A table is altered where PostgreSQL can, so that the veneer's own
 * views and grants stay; it is made anew only when it moves to another server.
 */
final class MirrorChanges {

  List<Change> diff(ServerState is, ServerState should) {
    TypeChanges types =
        new TypeChanges(is.types(), should.types(), should.foreignTables().values());
    List<Change> changes = new ArrayList<>();
    is.foreignTables()
        .forEach(
            (name, table) -> {
              if (!should.foreignTables().containsKey(name) || types.takesAlong(table)) {
                Change drop = change(Action.DROP, table, List.of(drop(table)));
                changes.add(should.foreignTables().containsKey(name) ? anew(drop, name) : drop);
              }
            });
    changes.addAll(types.drops());
    changes.addAll(types.creationsAndAlterations());
    should
        .foreignTables()
        .forEach(
            (name, table) -> {
              ForeignTable actual = is.foreignTables().get(name);
              if (actual == null || types.takesAlong(actual)) {
                changes.add(change(Action.CREATE, table, create(table)));
              } else if (isAnother(actual, table)) {
                List<Sql> statements = new ArrayList<>(List.of(drop(actual)));
                statements.addAll(create(table));
                changes.add(anew(change(Action.ALTER, table, statements), name));
              } else {
                changes.addAll(
                    Differ.unlessEmpty(
                        alter(actual, table),
                        sql ->
                            change(Action.ALTER, table, sql).displacing(retyped(actual, table))));
              }
            });
    return changes;
  }

  /** No ALTER moves a foreign table to another server, or makes a column generated. */
  private static boolean isAnother(ForeignTable is, ForeignTable should) {
    Map<Identifier, Column> actual = byName(is);
    return !is.server().equals(should.server())
        || should.columns().stream()
            .anyMatch(
                column -> {
                  Column old = actual.get(column.name());
                  return old != null && isGenerated(old) != isGenerated(column);
                });
  }

  private static Change anew(Change change, QualifiedName name) {
    return change.displacing(List.of(Displaced.whole(name)));
  }

  private static List<Displaced> retyped(ForeignTable is, ForeignTable should) {
    Map<Identifier, Column> actual = byName(is);
    TreeSet<Identifier> columns = new TreeSet<>();
    for (Column column : should.columns()) {
      Column old = actual.get(column.name());
      if (old != null && hasOtherType(old, column)) {
        columns.add(column.name());
      }
    }
    return columns.isEmpty() ? List.of() : List.of(new Displaced(is.name(), columns));
  }

  private static boolean hasOtherType(Column is, Column should) {
    return !is.type().equals(should.type()) || !is.collation().equals(should.collation());
  }

  private static boolean isGenerated(Column column) {
    return column.fill().kind() == ColumnFill.Kind.GENERATED;
  }

  private static Change change(Action action, ForeignTable table, List<Sql> statements) {
    return Change.ofMirror(
        action,
        ObjectKind.FOREIGN_TABLE,
        table.name().toString(),
        table.name().schema(),
        statements);
  }

  private static Sql drop(ForeignTable table) {
    return Sql.of("DROP FOREIGN TABLE {}", table.name());
  }

  private static List<Sql> create(ForeignTable table) {
    List<Sql> statements = new ArrayList<>();
    statements.add(
        Sql.of(
            "CREATE FOREIGN TABLE {} ({}) SERVER {} OPTIONS (schema_name {}, table_name {})",
            table.name(),
            Sql.join(", ", table.columns().stream().map(MirrorChanges::definition).toList()),
            table.server(),
            Literal.of(table.remote().schema().value()),
            Literal.of(table.remote().name().value())));
    statements.addAll(AclSql.changes(Sql.of("ON {}", table.name()), Acl.NONE, table.acl()));
    statements.addAll(comments(table, Comments.NONE));
    return statements;
  }

  private static Sql definition(Column column) {
    return Sql.of(
        "{}{}{}", typed(column), fill(column), column.notNull() ? Sql.of(" NOT NULL") : Sql.EMPTY);
  }

  /** Its name, type and collation. */
  static Sql typed(Column column) {
    return Sql.of("{} {}{}", column.name(), Sql.deparsed(column.type().sql()), collate(column));
  }

  private static Sql fill(Column column) {
    return switch (column.fill().kind()) {
      case DEFAULT -> Sql.of(" DEFAULT {}", Sql.deparsed(column.fill().expression()));
      case GENERATED ->
          Sql.of(" GENERATED ALWAYS AS (NULL::{}) STORED", Sql.deparsed(column.type().sql()));
      default -> Sql.EMPTY;
    };
  }

  private static Sql collate(Column column) {
    return column.collation().map(c -> Sql.of(" COLLATE {}", c)).orElse(Sql.EMPTY);
  }

  private static List<Sql> alter(ForeignTable is, ForeignTable should) {
    List<Sql> actions = new ArrayList<>();
    if (!is.remote().equals(should.remote())) {
      actions.add(
          Sql.of(
              "OPTIONS (SET schema_name {}, SET table_name {})",
              Literal.of(should.remote().schema().value()),
              Literal.of(should.remote().name().value())));
    }
    Map<Identifier, Column> actual = byName(is);
    Map<Identifier, Column> desired = byName(should);
    actual.keySet().stream()
        .filter(name -> !desired.containsKey(name))
        .forEach(name -> actions.add(Sql.of("DROP COLUMN {}", name)));
    desired.forEach(
        (name, column) -> {
          Column old = actual.get(name);
          if (old == null) {
            actions.add(Sql.of("ADD COLUMN {}", definition(column)));
          } else {
            actions.addAll(alter(old, column));
          }
        });
    List<Sql> statements = new ArrayList<>();
    if (!actions.isEmpty()) {
      statements.add(Sql.of("ALTER FOREIGN TABLE {} {}", should.name(), Sql.join(", ", actions)));
    }
    statements.addAll(AclSql.changes(Sql.of("ON {}", should.name()), is.acl(), should.acl()));
    statements.addAll(comments(should, is.comments()));
    return statements;
  }

  /** A dropped column's is gone with it. */
  private static List<Sql> comments(ForeignTable table, Comments is) {
    Comments should = table.comments();
    List<Sql> statements = new ArrayList<>();
    if (!is.relation().equals(should.relation())) {
      statements.add(
          Sql.of("COMMENT ON FOREIGN TABLE {} IS {}", table.name(), text(should.relation())));
    }
    for (Column column : table.columns()) {
      Optional<String> comment = Optional.ofNullable(should.columns().get(column.name()));
      if (!Optional.ofNullable(is.columns().get(column.name())).equals(comment)) {
        statements.add(
            Sql.of("COMMENT ON COLUMN {}.{} IS {}", table.name(), column.name(), text(comment)));
      }
    }
    return statements;
  }

  private static SqlPart text(Optional<String> comment) {
    return comment.<SqlPart>map(Literal::of).orElse(Sql.of("NULL"));
  }

  private static List<Sql> alter(Column is, Column should) {
    List<Sql> actions = new ArrayList<>();
    if (hasOtherType(is, should)) {
      actions.add(
          Sql.of(
              "ALTER COLUMN {} TYPE {}{}",
              should.name(),
              Sql.deparsed(should.type().sql()),
              collate(should)));
    }
    if (!is.fill().equals(should.fill())) {
      actions.add(
          should.fill().kind() == ColumnFill.Kind.DEFAULT
              ? Sql.of(
                  "ALTER COLUMN {} SET DEFAULT {}",
                  should.name(),
                  Sql.deparsed(should.fill().expression()))
              : Sql.of("ALTER COLUMN {} DROP DEFAULT", should.name()));
    }
    if (is.notNull() != should.notNull()) {
      actions.add(
          should.notNull()
              ? Sql.of("ALTER COLUMN {} SET NOT NULL", should.name())
              : Sql.of("ALTER COLUMN {} DROP NOT NULL", should.name()));
    }
    return actions;
  }

  private static Map<Identifier, Column> byName(ForeignTable table) {
    Map<Identifier, Column> columns = new LinkedHashMap<>();
    table.columns().forEach(column -> columns.put(column.name(), column));
    return columns;
  }
}
