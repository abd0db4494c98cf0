package org.partitionproxy.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.plan.Action;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.Hazard;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.Plan;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.testing.GoldenFile;

class PlanViewTest {

  private static final Identifier ACME = Identifier.of("acme");

  private static Change change(
      Stage stage, Action action, ObjectKind kind, String name, Sql... sql) {
    return new Change(
        stage,
        action,
        kind,
        name,
        stage == Stage.MIRROR ? Optional.of(ACME) : Optional.empty(),
        List.of(sql),
        Change.Transaction.SUPERUSER,
        Set.of());
  }

  private static final Plan PLAN =
      new Plan(
          List.of(
              new Plan.ServerPlan(
                  "veneer",
                  List.of(
                      change(
                          Stage.ROLES,
                          Action.CREATE,
                          ObjectKind.ROLE,
                          "acme_app",
                          Sql.of(
                              "CREATE ROLE {} LOGIN PASSWORD {}",
                              Identifier.of("acme_app"),
                              Literal.hidden("geheim")),
                          Sql.of("ALTER ROLE {} SET search_path = {}", ACME, ACME)),
                      change(
                          Stage.MIRROR,
                          Action.ALTER,
                          ObjectKind.FOREIGN_TABLE,
                          "acme.books",
                          Sql.of("ALTER FOREIGN TABLE {} ADD COLUMN {} text", ACME, ACME)),
                      change(
                              Stage.MIRROR,
                              Action.DROP,
                              ObjectKind.FOREIGN_TABLE,
                              "acme.old",
                              Sql.of("DROP FOREIGN TABLE {}", ACME))
                          .withHazard(Hazard.LOSES_DATA))),
              new Plan.ServerPlan("shard1", List.of())),
          List.of(new Plan.Deferred(Stage.MIRROR, "foreign tables of \"beta\"", Stage.MIGRATIONS)),
          List.of("foreign table acme.mine was not made by ppp and is left alone"),
          List.of(),
          List.of(Diagnostic.error(Code.SERVER_UNREACHABLE, "server \"shard2\" is down", "")));

  private static final Plan NOTHING =
      new Plan(
          List.of(new Plan.ServerPlan("veneer", List.of())),
          List.of(),
          List.of(),
          List.of(),
          List.of());

  @Test
  void showsChangesByServer() {
    GoldenFile.assertMatches("plan/plan.txt", new PlanView(Colors.NONE, false).render(PLAN));
  }

  @Test
  void showsStatementsWithoutPasswords() {
    String text = new PlanView(Colors.NONE, true).render(PLAN);
    assertThat(text).doesNotContain("geheim");
    GoldenFile.assertMatches("plan/plan-sql.txt", text);
  }

  @Test
  void isTheSameForMachines() {
    assertThat(PlanView.json(PLAN)).doesNotContain("geheim");
    GoldenFile.assertMatches("plan/plan.json", PlanView.json(PLAN));
  }

  @Test
  void saysSoWhenThereIsNothingToDo() {
    assertThat(new PlanView(Colors.NONE, false).render(NOTHING))
        .isEqualTo("Nothing to do: the servers match shards.yaml.\n");
    assertThat(NOTHING.isDone()).isTrue();
    assertThat(PLAN.isDone()).isFalse();
  }

  @Test
  void keepsOnlyTheStagesThatAreAskedFor() {
    Plan roles = PLAN.only(new TreeSet<>(List.of(Stage.ROLES)));
    assertThat(roles.count()).isEqualTo(1);
    assertThat(roles.deferred()).isEmpty();
  }
}
