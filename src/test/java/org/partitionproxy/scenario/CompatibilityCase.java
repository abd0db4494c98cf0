package org.partitionproxy.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * A feature of SQL, and how it is tried.
 *
 * @param since the first PostgreSQL that has it
 * @param fields whether the fields of an error are compared too, besides its SQLSTATE and message
 * @param advice what to do where the veneer does otherwise; empty where it does not
 */
record CompatibilityCase(
    String section, String name, int since, boolean fields, List<Step> steps, String advice) {

  private static final Path FOLDER = Path.of("src/test/resources/compatibility");

  /** Who sends a statement. */
  enum Session {
    /** The application: what it sees is compared. */
    APP,
    /** Another session of the same application, at the same end, that contends. */
    OTHER,
    /** The owner of the tables, always at the shard. */
    OWNER
  }

  /**
   * One statement.
   *
   * @param data what COPY FROM STDIN is given
   */
  record Step(Session session, String sql, String data) {}

  /** All of {@code cases.yaml}, in its order. */
  static List<CompatibilityCase> all() throws IOException {
    List<CompatibilityCase> cases = new ArrayList<>();
    for (JsonNode section : new YAMLMapper().readTree(Files.readString(file("cases.yaml")))) {
      for (JsonNode one : section.get("cases")) {
        cases.add(
            new CompatibilityCase(
                section.get("section").asString(),
                one.get("name").asString(),
                one.path("since").asInt(15),
                section.has("fields"),
                steps(one.get("run")),
                one.path("advice").asString("").strip()));
      }
    }
    return cases;
  }

  static String text(String name) throws IOException {
    return Files.readString(file(name));
  }

  private static Path file(String name) {
    return FOLDER.resolve(name);
  }

  private static List<Step> steps(JsonNode run) {
    if (!run.isArray()) {
      return List.of(step(run));
    }
    List<Step> steps = new ArrayList<>();
    run.forEach(step -> steps.add(step(step)));
    return steps;
  }

  private static Step step(JsonNode step) {
    if (step.isString()) {
      return new Step(Session.APP, step.asString().strip(), "");
    }
    for (Map.Entry<String, Session> who :
        List.of(
            Map.entry("app", Session.APP),
            Map.entry("other", Session.OTHER),
            Map.entry("owner", Session.OWNER))) {
      if (step.has(who.getKey())) {
        return new Step(
            who.getValue(),
            step.get(who.getKey()).asString().strip(),
            step.path("data").asString(""));
      }
    }
    throw new IllegalArgumentException("a step is app, other or owner: " + step);
  }

  boolean contends() {
    return steps.stream().anyMatch(step -> step.session() == Session.OTHER);
  }

  @Override
  public String toString() {
    return section + ": " + name;
  }
}
