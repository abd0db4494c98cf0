package org.partitionproxy.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A node of a plan.
 *
 * @param type {@code Foreign Scan}, {@code Aggregate}
 * @param operation of those that change rows, and of foreign scans: {@code Update}
 * @param role of its rows for its parent: {@code Inner}, {@code SubPlan}
 * @param subplan its name as expressions call it, {@code SubPlan 1}; empty for most
 * @param relation what it reads, or {@code the rows}
 * @param filter what the veneer evaluates for each row, as PostgreSQL writes it
 * @param remoteSql what the shard is asked
 * @param batch how many rows go to the shard at once, 1 where it does not say
 * @param rows as estimated
 */
record PlanNode(
    String type,
    String operation,
    String role,
    String subplan,
    String relation,
    Optional<String> filter,
    Optional<String> remoteSql,
    long batch,
    double rows,
    List<PlanNode> children) {

  private static final JsonMapper JSON = new JsonMapper();

  /** From {@code EXPLAIN (VERBOSE, FORMAT JSON)}. */
  static PlanNode parse(String json) {
    return of(JSON.readTree(json).path(0).path("Plan"));
  }

  private static PlanNode of(JsonNode json) {
    List<PlanNode> children = new ArrayList<>();
    json.path("Plans").forEach(child -> children.add(of(child)));
    return new PlanNode(
        text(json, "Node Type"),
        text(json, "Operation"),
        text(json, "Parent Relationship"),
        text(json, "Subplan Name"),
        relation(json),
        find(json, "Filter"),
        find(json, "Remote SQL"),
        json.path("Batch Size").asLong(1),
        json.path("Plan Rows").asDouble(0),
        List.copyOf(children));
  }

  private static String text(JsonNode json, String field) {
    return find(json, field).orElse("");
  }

  private static Optional<String> find(JsonNode json, String field) {
    return json.path(field).isString()
        ? Optional.of(json.path(field).asString())
        : Optional.empty();
  }

  private static String relation(JsonNode json) {
    return find(json, "Relations")
        .or(() -> find(json, "Relation Name").map(name -> text(json, "Schema") + "." + name))
        .orElse("the rows");
  }

  boolean isForeignScan() {
    return type.equals("Foreign Scan");
  }

  /** This node and all under it. */
  Stream<PlanNode> all() {
    return Stream.concat(Stream.of(this), children.stream().flatMap(PlanNode::all));
  }
}
