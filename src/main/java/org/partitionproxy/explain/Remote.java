package org.partitionproxy.explain;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.partitionproxy.check.Node;

/** Which servers the steps of a plan ask, and as whom. */
final class Remote {

  /**
   * Where something is.
   *
   * @param server a foreign server's number
   * @param user of the veneer; 0 for who runs the statement
   */
  record Place(long server, long user) {}

  private final Optional<PlanTree> tree;
  private final Facts facts;
  private final String role;

  /**
   * @param role who runs the statement
   */
  Remote(Optional<PlanTree> tree, Facts facts, String role) {
    this.tree = tree;
    this.facts = facts;
    this.role = role;
  }

  /** Where a Foreign Scan's, or a changed, table is; empty where there is no way to know. */
  Optional<Place> place(PlanNode node) {
    return tablesOf(node).stream()
        .flatMap(table -> relation(table).map(r -> new Place(r.server(), user(table))).stream())
        .findFirst();
  }

  /** The foreign table that a step changes row by row; empty where there is no way to know. */
  Optional<Facts.Relation> changed(PlanNode change) {
    return tablesOf(change).stream().flatMap(table -> relation(table).stream()).findFirst();
  }

  private Optional<Facts.Relation> relation(long table) {
    return tree.flatMap(t -> t.relation(table))
        .flatMap(r -> facts.relation(PlanTree.number(r, "relid")))
        .filter(r -> r.server() > 0);
  }

  private long user(long table) {
    long user = tree.map(t -> t.userOf(table)).orElse(0L);
    return user == facts.roleNumber(role) ? 0 : user;
  }

  /** Of a change the one that it names: its plan lists all partitions. */
  private List<Long> tablesOf(PlanNode node) {
    if (node.tree().isEmpty()) {
      return List.of();
    }
    Node planned = node.tree().get();
    return !node.isChange()
        ? PlanTree.numbers(planned, "fs_relids")
        : PlanTree.numbers(planned, "resultRelations").stream()
            .filter(
                table ->
                    relation(table)
                        .filter(r -> r.name().equals(node.text("Relation Name")))
                        .filter(r -> r.schema().equals(node.text("Schema")))
                        .isPresent())
            .toList();
  }

  Optional<Facts.Server> server(PlanNode node) {
    return place(node).flatMap(p -> facts.server(p.server()));
  }

  /** The role at the server; empty without a mapping. */
  Optional<String> remoteRole(Place place) {
    long user = place.user() == 0 ? facts.roleNumber(role) : place.user();
    return facts.remoteRole(place.server(), user);
  }

  /** The veneer's role of a place. */
  String user(Place place) {
    return place.user() == 0 ? role : facts.role(place.user());
  }

  /** All places that are asked by these steps and those under them, each once. */
  List<Place> places(Stream<PlanNode> nodes) {
    return nodes
        .flatMap(PlanNode::all)
        .filter(PlanNode::isForeignScan)
        .flatMap(n -> place(n).stream())
        .distinct()
        .toList();
  }

  /** The foreign tables under a step, each once. */
  List<Facts.Relation> tables(PlanNode node) {
    return node.all()
        .filter(PlanNode::isForeignScan)
        .flatMap(n -> tablesOf(n).stream())
        .flatMap(table -> relation(table).stream())
        .distinct()
        .toList();
  }
}
