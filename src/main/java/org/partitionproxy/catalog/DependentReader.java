package org.partitionproxy.catalog;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.Dependent;

/**
 * Reads all that is built on some foreign tables and types, with the statements that make it again.
 * The session must be the superuser's, with only pg_catalog on its search_path: then PostgreSQL
 * writes every other name with its schema.
 */
public final class DependentReader {

  private record Relation(
      String oid, QualifiedName name, String kind, boolean isView, boolean hasRows) {

    static Relation of(Row row) {
      String kind = row.string("relkind");
      return new Relation(
          row.string("oid"),
          new QualifiedName(row.identifier("nspname"), row.identifier("relname")),
          kind.equals("m") ? "materialized view" : kind.equals("v") ? "view" : "foreign table",
          !kind.equals("f"),
          kind.equals("m") && row.bool("relispopulated"));
    }
  }

  /**
   * In the order in which they can be made: each after what it is built on.
   *
   * @param displaced foreign tables and types, each with the columns that matter, or none for all
   *     of it
   * @param ruled roles whose rights on foreign tables are given and taken by ppp
   */
  public List<Dependent> read(
      Session session,
      SortedMap<QualifiedName, SortedSet<Identifier>> displaced,
      SortedSet<Identifier> ruled) {
    List<String> names = new ArrayList<>();
    List<String> columns = new ArrayList<>();
    displaced.forEach(
        (name, some) -> {
          for (String column :
              some.isEmpty() ? List.of("") : some.stream().map(Identifier::value).toList()) {
            names.add(name.schema().quoted() + "." + name.name().quoted());
            columns.add(column);
          }
        });
    List<Relation> relations =
        names.isEmpty()
            ? List.of()
            : session.query(DependentSql.RELATIONS, Relation::of, names, columns);
    return relations.isEmpty() ? List.of() : dependents(session, relations, ruled);
  }

  private static List<Dependent> dependents(
      Session session, List<Relation> relations, SortedSet<Identifier> ruled) {
    SortedSet<Identifier> others = new TreeSet<>(ruled);
    others.add(Acl.PUBLIC);
    Map<String, List<Sql>> restore = new LinkedHashMap<>();
    Map<String, Collection<String>> obstacles = new LinkedHashMap<>();
    session.forEach(
        DependentSql.STATEMENTS,
        row -> {
          String oid = row.string("oid");
          if (row.integer("place") == 0) {
            obstacles.computeIfAbsent(oid, o -> new TreeSet<>()).add(row.string("statement"));
          } else {
            restore
                .computeIfAbsent(oid, o -> new ArrayList<>())
                .add(Sql.deparsed(row.string("statement")));
          }
        },
        relations.stream().map(Relation::oid).toList(),
        Scope.names(others));
    return relations.stream()
        .map(
            r ->
                new Dependent(
                    r.name(),
                    r.kind(),
                    r.isView() ? Optional.of(drop(r)) : Optional.empty(),
                    restore.getOrDefault(r.oid(), List.of()),
                    r.hasRows()
                        ? Optional.of(Sql.of("REFRESH MATERIALIZED VIEW {}", r.name()))
                        : Optional.empty(),
                    List.copyOf(obstacles.getOrDefault(r.oid(), List.of()))))
        .toList();
  }

  private static Sql drop(Relation view) {
    return view.kind().equals("view")
        ? Sql.of("DROP VIEW {}", view.name())
        : Sql.of("DROP MATERIALIZED VIEW {}", view.name());
  }
}
