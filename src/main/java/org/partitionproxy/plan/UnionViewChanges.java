package org.partitionproxy.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.ServerState;
import org.partitionproxy.state.UnionView;

/** Changes of the views of a shard's schema {@code everyone}: they hold nothing. */
final class UnionViewChanges {

  private final Identifier reader;

  UnionViewChanges(Identifier reader) {
    this.reader = reader;
  }

  List<Change> diff(Collection<UnionView> is, Collection<UnionView> should) {
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
    return EveryoneChanges.global(
        action, ObjectKind.VIEW, name.toString(), statements, Change.Transaction.OWNER);
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
        view.columns().stream()
            .map(c -> Sql.of("u.{}{}", c.name(), EveryoneChanges.collate(c)))
            .toList();
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
}
