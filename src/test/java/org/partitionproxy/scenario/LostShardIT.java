package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.cli.InProcess;
import org.partitionproxy.testing.TestServer;

/** One shard is not there, or goes away: the others are done, and the next run does the rest. */
class LostShardIT {

  private final TestServer victim = TestServer.shared("victim");
  @TempDir private Path folder;
  private Scene scene;

  @BeforeEach
  void writeTheTopology() throws Exception {
    scene = new Scene(folder, TestServer.shared("a"), TestServer.shared("b"), victim);
  }

  @AfterEach
  void startAgain() {
    victim.restart();
  }

  private void saysWhatIsLeftOut(InProcess.Result result) {
    assertThat(result.status()).as("%s%s", result.out(), result.err()).isEqualTo(4);
    assertThat(result.err())
        .contains("error[PPP401]: server \"shard2\" (127.0.0.1:" + victim.port() + ")")
        .contains("left out: tenant \"bolt\"")
        .doesNotContain("acme", "Exception");
  }

  private void showsAcme() throws Exception {
    try (Client own = scene.as("veneer", scene.role("acme"))) {
      assertThat(own.value("SELECT count(*) FROM items")).isEqualTo("3");
    }
  }

  private void isDoneByTheNextRun() throws Exception {
    victim.restart();
    scene.run("initialize");
    scene.isInStep();
    scene.showsEveryTenant(3);
  }

  @Test
  void theOthersAreDoneWithoutAShardThatIsStopped() throws Exception {
    victim.stop();
    saysWhatIsLeftOut(scene.ppp("initialize"));
    showsAcme();
    InProcess.Result plan = scene.ppp("plan");
    assertThat(plan.status()).isEqualTo(4);
    assertThat(plan.err()).contains("server \"shard2\"");
    InProcess.Result migrate = scene.ppp("migrate");
    assertThat(migrate.status()).isEqualTo(4);
    assertThat(migrate.err()).contains("tenant \"bolt\"");
    String lines =
        "jobs: { tick: { every: 1 hour, sql: SELECT 1, on: tenants } }\n"
            + "rollups: { mv_sum: { every: 1 hour } }";
    scene.line(lines);
    for (String look : List.of("jobs", "rollups", "status")) {
      InProcess.Result seen = scene.ppp(look);
      assertThat(seen.status()).as(look).isEqualTo(4);
      assertThat(seen.out()).as(look).contains("acme");
      assertThat(seen.err()).as(look).contains("server \"shard2\"").doesNotContain("Exception");
    }
    assertThat(scene.ppp("jobs", "--tenant", "bolt").out()).as("nobody knows").isEmpty();
    scene.withoutLine(lines);
    isDoneByTheNextRun();
  }

  private InProcess.Result killAt(String relation) throws Exception {
    return killAt("shard2", relation, "initialize");
  }

  /** Kills the shard when ppp waits for a relation of any server. */
  private InProcess.Result killAt(String server, String relation, String... command)
      throws Exception {
    CompletableFuture<InProcess.Result> run;
    try (Barrier barrier = new Barrier(scene.superuser(server), relation)) {
      run = CompletableFuture.supplyAsync(() -> scene.ppp(command));
      barrier.awaitWaiting(1);
      victim.kill();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    return run.join();
  }

  @Test
  void theOthersAreDoneWithoutAShardThatIsKilledOnTheWay() throws Exception {
    scene.run("initialize", "--only", "servers");
    saysWhatIsLeftOut(killAt("pg_authid"));
    showsAcme();
    victim.restart();
    saysWhatIsLeftOut(killAt("pg_namespace"));
    victim.restart();
    InProcess.Result migrating = killAt("pg_class");
    assertThat(migrating.status()).isEqualTo(4);
    assertThat(migrating.err()).contains("server \"shard2\"", "tenant \"bolt\"");
    isDoneByTheNextRun();
  }

  private List<String> onVeneer(String sql) throws SQLException {
    try (Client superuser = scene.superuser("veneer")) {
      return superuser.rows(sql);
    }
  }

  private List<String> columns(String tenant) throws SQLException {
    return onVeneer(
        "SELECT attname FROM pg_attribute WHERE attrelid = '"
            + scene.table(tenant, "items")
            + "'::regclass AND attnum > 0 ORDER BY attname");
  }

  @Test
  void aMirrorIsAsBeforeOrInStepWhenItsShardIsKilled() throws Exception {
    scene.run("initialize");
    scene.migration(
        "V2__moods.sql",
        "CREATE TYPE mood AS ENUM ('sad'); ALTER TABLE items ADD mood mood DEFAULT 'sad';");
    InProcess.Result inItsTurn = killAt("shard2", "pg_enum", "migrate");
    assertThat(inItsTurn.status()).isEqualTo(4);
    assertThat(inItsTurn.err()).contains("server \"shard2\"", "tenant \"bolt\"");
    assertThat(columns("acme")).containsExactly("id", "mood", "note");
    assertThat(columns("bolt")).containsExactly("id", "note");
    assertThat(
            onVeneer(
                "SELECT FROM pg_locks WHERE relation = '"
                    + scene.table("bolt", "items")
                    + "'::regclass"))
        .isEmpty();
    victim.restart();
    scene.run("migrate");
    scene.isInStep();

    try (Client owner = scene.as("shard2", scene.adminRole())) {
      String mood = scene.table("bolt", "mood");
      owner.execute("ALTER TYPE " + mood + " ADD VALUE 'glad'");
      owner.execute("ALTER TABLE " + scene.table("bolt", "items ADD more text"));
    }
    InProcess.Result atItsMirror = killAt("veneer", "pg_enum", "initialize", "--only", "mirror");
    assertThat(atItsMirror.status()).isNotZero();
    assertThat(atItsMirror.err())
        .contains("could not connect to server \"shard2\"", scene.schema("bolt"))
        .doesNotContain("\"veneer\" (", "Exception");
    assertThat(columns("bolt")).containsExactly("id", "mood", "more", "note");
    isDoneByTheNextRun();
  }
}
