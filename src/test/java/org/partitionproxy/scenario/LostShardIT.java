package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
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
    isDoneByTheNextRun();
  }

  private InProcess.Result killAt(String relation) throws Exception {
    CompletableFuture<InProcess.Result> run;
    try (Barrier barrier = new Barrier(scene.superuser("shard2"), relation)) {
      run = CompletableFuture.supplyAsync(() -> scene.ppp("initialize"));
      barrier.awaitWaiting(1);
      victim.kill();
    } catch (java.sql.SQLException e) {
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
}
