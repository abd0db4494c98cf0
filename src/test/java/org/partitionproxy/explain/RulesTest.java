package org.partitionproxy.explain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Over plans that PostgreSQL 15 made of two foreign tables, jobs and runs, of server shard1. */
class RulesTest {

  private static final Path PLANS = Path.of("src/test/resources/explain");

  private static final long SERVER = 16424;
  private static final long JOBS = 16431;
  private static final long RUNS = 16434;
  private static final long MOOD = 16427;
  private static final long RANDOM = 1598;
  private static final long ADMIN = 10;

  private static Facts facts(String moodExtension, double rowsOfRuns) {
    return new Facts(
        Map.of(RANDOM, new Facts.Fact("random", "v", "")),
        Map.of(),
        Map.of(MOOD, new Facts.Fact("mood", "e", moodExtension)),
        Map.of(),
        Map.of(SERVER, new Facts.Server("shard1", List.of("moods"))),
        Map.of(
            JOBS, new Facts.Relation("public", "jobs", "f", 20, false, "", SERVER),
            RUNS, new Facts.Relation("public", "runs", "f", rowsOfRuns, false, "", SERVER)),
        Map.of(ADMIN, "postgres"),
        List.of(new Facts.Mapping(SERVER, 0, "everybody"), new Facts.Mapping(SERVER, ADMIN, "x")));
  }

  private static String read(String file) throws IOException {
    return Files.readString(PLANS.resolve(file), UTF_8);
  }

  private static PlanNode plan(String name) throws IOException {
    return PlanNode.parse(read(name + ".json"), PlanTree.read(List.of(read(name + ".tree"))));
  }

  private static List<String> verdicts(String name, Facts facts, int version) throws IOException {
    Optional<PlanTree> tree = PlanTree.read(List.of(read(name + ".tree")));
    PlanNode plan = PlanNode.parse(read(name + ".json"), tree);
    Remote remote = new Remote(tree, facts, "postgres");
    Rules rules =
        new Rules(
            remote,
            new Inputs(remote, tree, facts),
            facts,
            new Alternative(plan, Optional::empty),
            version);
    return plan.all()
        .flatMap(node -> rules.verdicts(node).stream())
        .map(v -> (v.pushedDown() ? "+ " : "- ") + v.operation() + ": " + v.why())
        .toList();
  }

  @Test
  void bringsEachStepTogetherWithThePlannersOwn() throws IOException {
    for (String name : List.of("grouped-by-enum", "semi-join", "subquery", "update", "function")) {
      assertThat(plan(name).all()).as(name).allMatch(node -> node.tree().isPresent());
    }
  }

  @Test
  void knowsNothingOfStepsThatDoNotFit() throws IOException {
    PlanNode plan =
        PlanNode.parse(read("semi-join.json"), PlanTree.read(List.of(read("function.tree"))));
    assertThat(plan.all()).allMatch(node -> node.tree().isEmpty());
  }

  @Test
  void tellsWhereAForeignTableIsAndAsWhom() throws IOException {
    Optional<PlanTree> tree = PlanTree.read(List.of(read("update.tree")));
    PlanNode plan = PlanNode.parse(read("update.json"), tree);
    Remote remote = new Remote(tree, facts("", 20), "postgres");
    Remote.Place place = remote.place(plan).orElseThrow();
    assertThat(place).isEqualTo(new Remote.Place(SERVER, 0));
    assertThat(remote.remoteRole(place)).contains("x");
    assertThat(new Remote(tree, facts("", 20), "other").remoteRole(place)).contains("everybody");
  }

  @Test
  void findsTheTypeThatIsNotShipped() throws IOException {
    assertThat(verdicts("grouped-by-enum", facts("", 20), 15))
        .containsExactly(
            "- aggregate: its input is filtered on the veneer, so that the shard doesn't know"
                + " which rows count",
            "+ filter: ",
            "- filter: enum type mood is neither built in nor of an extension");
  }

  @Test
  void mindsTheExtensionsOfTheServer() throws IOException {
    assertThat(verdicts("grouped-by-enum", facts("moods", 20), 15))
        .contains("- filter: " + Reason.UNKNOWN.why());
    assertThat(verdicts("grouped-by-enum", facts("others", 20), 15))
        .contains(
            "- filter: enum type mood is of extension \"others\", which option extensions of server"
                + " \"shard1\" doesn't name");
  }

  @Test
  void findsFunctionsThatAreNotImmutable() throws IOException {
    assertThat(verdicts("function", facts("", 20), 15))
        .containsExactly(
            "- filter: function random() is volatile, and only what is immutable is sent");
    assertThat(verdicts("update", facts("", 20), 15))
        .contains("+ lock: ")
        .anyMatch(v -> v.startsWith("- change: rows are changed one by one"));
  }

  @Test
  void knowsHowOldVersionsPlanSemiJoins() throws IOException {
    assertThat(verdicts("semi-join", facts("", 20), 15))
        .anyMatch(v -> v.startsWith("- join: one side is made distinct on the veneer"));
    assertThat(verdicts("semi-join", facts("", 20), 17))
        .contains("- join: its input, an aggregate, is made on the veneer");
  }

  @Test
  void tellsOfMissingStatistics() throws IOException {
    assertThat(verdicts("semi-join", facts("", -1), 15))
        .contains("- distinct: there are no statistics of public.runs, so the planner guessed");
  }
}
