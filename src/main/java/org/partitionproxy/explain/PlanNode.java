package org.partitionproxy.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.partitionproxy.check.Node;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A node of a plan as EXPLAIN shows it, and the same as the planner has it.
 *
 * @param tree empty where the two can't be brought together: then only EXPLAIN's texts are known
 */
record PlanNode(JsonNode json, Optional<Node> tree, List<PlanNode> children) {

  private static final JsonMapper JSON = new JsonMapper();

  /**
   * @param json of {@code EXPLAIN (FORMAT JSON)}; of several queries, as rules make them, the last
   */
  static PlanNode parse(String json, Optional<PlanTree> tree) {
    JsonNode queries = JSON.readTree(json);
    JsonNode plan = queries.path(queries.size() - 1).path("Plan");
    return of(plan, tree.map(PlanTree::root), tree);
  }

  private static PlanNode of(JsonNode json, Optional<Node> node, Optional<PlanTree> tree) {
    Optional<Node> matching =
        node.filter(n -> PlanTree.fits(n, json.path("Node Type").asString("")));
    List<Optional<Node>> below =
        matching.map(n -> tree.orElseThrow().children(n, json.path("Plans"))).orElse(List.of());
    List<PlanNode> children = new ArrayList<>();
    for (JsonNode child : json.path("Plans")) {
      int index = children.size();
      children.add(of(child, index < below.size() ? below.get(index) : Optional.empty(), tree));
    }
    return new PlanNode(json, matching, List.copyOf(children));
  }

  String type() {
    return text("Node Type");
  }

  String part() {
    return text("Parent Relationship");
  }

  /** Empty where there is no such field. */
  String text(String field) {
    return find(field).orElse("");
  }

  Optional<String> find(String field) {
    JsonNode value = json.path(field);
    if (value.isArray()) {
      List<String> texts = new ArrayList<>();
      value.forEach(v -> texts.add(v.isString() ? v.asString() : v.toString()));
      return Optional.of(String.join(", ", texts));
    }
    return value.isString() ? Optional.of(value.asString()) : Optional.empty();
  }

  Optional<Double> number(String field) {
    return json.path(field).isNumber()
        ? Optional.of(json.path(field).asDouble())
        : Optional.empty();
  }

  boolean flag(String field) {
    return json.path(field).asBoolean(false);
  }

  boolean isForeignScan() {
    return type().equals("Foreign Scan");
  }

  boolean isChange() {
    return type().equals("ModifyTable");
  }

  boolean isJoin() {
    return type().equals("Nested Loop") || type().endsWith(" Join");
  }

  boolean isUnion() {
    return type().equals("Append") || type().equals("Merge Append");
  }

  /** This node and all under it. */
  Stream<PlanNode> all() {
    return Stream.concat(Stream.of(this), children.stream().flatMap(PlanNode::all));
  }

  /**
   * For each partition that it changes row by row on a shard, a change of that table alone. Of
   * those that a shard changes by itself there is a Foreign Scan.
   */
  List<PlanNode> targets() {
    List<PlanNode> targets = new ArrayList<>();
    for (JsonNode table : json.path("Target Tables")) {
      ObjectNode change = ((ObjectNode) table.deepCopy());
      change.put("Node Type", type()).put("Operation", text("Operation"));
      PlanNode target = new PlanNode(change, tree, List.of());
      if (target.find("Remote SQL").isPresent()) {
        targets.add(
            new PlanNode(change, tree, children.stream().map(c -> c.branch(target)).toList()));
      }
    }
    return targets;
  }

  /** What gives a partition's rows: of an Append the member that reads it, else this itself. */
  private PlanNode branch(PlanNode target) {
    return !isUnion()
        ? this
        : children.stream()
            .filter(child -> child.all().anyMatch(target::isOfSameTable))
            .findFirst()
            .orElse(this);
  }

  private boolean isOfSameTable(PlanNode other) {
    return text("Relation Name").equals(other.text("Relation Name"))
        && text("Schema").equals(other.text("Schema"));
  }

  /** Those whose rows it works on: no subqueries of its expressions. */
  List<PlanNode> inputs() {
    return children.stream()
        .filter(c -> !c.part().equals("SubPlan") && !c.part().equals("InitPlan"))
        .toList();
  }
}
