package org.partitionproxy.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.partitionproxy.check.Node;
import tools.jackson.databind.JsonNode;

/**
 * A plan as the planner has it, which tells what EXPLAIN leaves out: the numbers of functions,
 * operators, types, collations and servers, and as whom tables are used. The form is that of {@code
 * debug_print_plan}; since PostgreSQL 16 some fields have prefixes ({@code scan.plan.qual}).
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/18/runtime-config-logging.html#GUC-DEBUG-PRINT-PARSE">PostgreSQL,
 *     19.8.3 What to Log</a>
 */
final class PlanTree {

  private final Node planned;
  private final List<Node> subqueries = new ArrayList<>();

  private PlanTree(Node planned) {
    this.planned = planned;
    walk(planned).filter(n -> n.type().equals("SUBPLAN")).forEach(subqueries::add);
  }

  /** The last plan that a server told of; those before it are of functions that it called. */
  static Optional<PlanTree> read(List<String> details) {
    return details.stream()
        .flatMap(text -> Node.parse(text).stream())
        .filter(node -> node.type().equals("PLANNEDSTMT"))
        .reduce((first, next) -> next)
        .map(PlanTree::new);
  }

  static Stream<Node> walk(Node node) {
    return Stream.concat(Stream.of(node), node.children().stream().flatMap(PlanTree::walk));
  }

  Node root() {
    return node(planned, "planTree").orElse(planned);
  }

  /** All expressions and steps. */
  Stream<Node> all() {
    return walk(planned);
  }

  static Optional<Object> field(Node node, String name) {
    Object exact = node.fields().get(name);
    return exact != null
        ? Optional.of(exact)
        : node.fields().entrySet().stream()
            .filter(e -> e.getKey().endsWith("." + name))
            .<Object>map(java.util.Map.Entry::getValue)
            .findFirst();
  }

  static Optional<Node> node(Node node, String field) {
    return field(node, field).flatMap(v -> v instanceof Node n ? Optional.of(n) : Optional.empty());
  }

  static List<Node> list(Node node, String field) {
    return node(node, field).filter(n -> n.type().isEmpty()).map(Node::children).orElse(List.of());
  }

  /** Of {@code 7}, {@code ( 1 2)} and {@code (b 1 2)}; empty for anything else. */
  static List<Long> numbers(Node node, String field) {
    String text =
        field(node, field)
            .map(
                v ->
                    v instanceof Node list
                        ? String.join(" ", list.items().stream().map(Object::toString).toList())
                        : v.toString())
            .orElse("");
    return Stream.of(text.split("\\s+"))
        .filter(token -> token.matches("\\d+"))
        .map(Long::parseLong)
        .toList();
  }

  static long number(Node node, String field) {
    return numbers(node, field).stream().findFirst().orElse(0L);
  }

  static String text(Node node, String field) {
    return field(node, field)
        .map(v -> v instanceof String s ? s.replaceAll("\\\\(.)", "$1") : "")
        .orElse("");
  }

  /** Whether a node may be what EXPLAIN calls so. */
  static boolean fits(Node node, String explained) {
    String name = explained.replace(" ", "").toUpperCase(Locale.ROOT);
    return switch (name) {
      case "NESTEDLOOP" -> node.type().equals("NESTLOOP");
      case "MATERIALIZE" -> node.type().equals("MATERIAL");
      case "TABLEFUNCTIONSCAN" -> node.type().equals("TABLEFUNCSCAN");
      case "AGGREGATE", "GROUPAGGREGATE", "GROUP" ->
          node.type().equals("AGG") || node.type().equals("GROUP");
      default -> node.type().equals(name);
    };
  }

  /** In the order in which EXPLAIN shows them; none at all if the numbers of branches differ. */
  List<Optional<Node>> children(Node node, JsonNode explained) {
    List<Node> members =
        Stream.of("appendplans", "mergeplans", "bitmapplans")
            .flatMap(field -> list(node, field).stream())
            .toList();
    List<Optional<Node>> children = new ArrayList<>();
    int member = 0;
    for (JsonNode child : explained) {
      switch (child.path("Parent Relationship").asString("")) {
        case "Outer" -> children.add(node(node, "lefttree"));
        case "Inner" -> children.add(node(node, "righttree"));
        case "Subquery" -> children.add(node(node, "subplan"));
        case "InitPlan", "SubPlan" ->
            children.add(subquery(child.path("Subplan Name").asString("")));
        case "Member" -> {
          children.add(
              member < members.size() ? Optional.of(members.get(member)) : Optional.empty());
          member++;
        }
        default -> children.add(Optional.empty());
      }
    }
    return member == members.size() ? children : List.of();
  }

  private Optional<Node> subquery(String name) {
    List<Node> plans = list(planned, "subplans");
    return subqueries.stream()
        .filter(s -> text(s, "plan_name").equals(name))
        .map(s -> (int) number(s, "plan_id"))
        .filter(id -> id > 0 && id <= plans.size())
        .map(id -> plans.get(id - 1))
        .findFirst();
  }

  Optional<Node> relation(long number) {
    List<Node> relations = list(planned, "rtable");
    return number > 0 && number <= relations.size()
        ? Optional.of(relations.get((int) number - 1))
        : Optional.empty();
  }

  /** As whom a relation is used; 0 for who runs the statement. */
  long userOf(long relation) {
    return relation(relation)
        .map(
            r -> {
              List<Node> permissions = list(planned, "permInfos");
              long index = number(r, "perminfoindex");
              return index > 0 && index <= permissions.size()
                  ? number(permissions.get((int) index - 1), "checkAsUser")
                  : number(r, "checkAsUser");
            })
        .orElse(0L);
  }
}
