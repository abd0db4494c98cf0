package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.cli.InProcess;
import org.partitionproxy.testing.TestServer;

/** What ppp must not do, and does not begin to do. */
class RefusalsIT {

  @TempDir private Path folder;
  private Scene scene;

  @BeforeEach
  void writeTheTopology() throws Exception {
    scene =
        new Scene(folder, TestServer.shared("a"), TestServer.shared("b"), TestServer.shared("c"));
  }

  /** By every command that would change something, and nothing is touched. */
  private void refuses(String... messages) throws Exception {
    String before = scene.state();
    for (String command : new String[] {"plan", "initialize", "migrate"}) {
      InProcess.Result result = scene.ppp(command);
      assertThat(result.status()).as("%s%s%s", command, result.out(), result.err()).isEqualTo(5);
      assertThat(result.err()).contains(messages);
    }
    assertThat(scene.state()).isEqualTo(before);
  }

  @Test
  void aTenantThatWasMovedInTheFileOnly() throws Exception {
    scene.run("initialize");
    scene.tenant("acme", "shard2");
    refuses(
        "error[PPP505]", "tenant \"acme\" is mapped to shard \"shard2\"", "on shard \"shard1\"");
    // Nobody but the veneer's ledger knows it, when the shard is gone.
    try (Client superuser = scene.superuser("shard1")) {
      superuser.execute("DROP SCHEMA " + scene.schema("acme") + " CASCADE");
    }
    refuses(
        "error[PPP505]", "tenant \"acme\" is mapped to shard \"shard2\"", "on shard \"shard1\"");
    scene.tenant("acme", "shard1");
    scene.run("initialize");
    scene.isInStep();
  }

  @Test
  void aDatabaseOfSomebodyElseThatTenantsCanConnectTo() throws Exception {
    TestServer open = TestServer.shared("open");
    scene = new Scene(folder, open, TestServer.shared("b"), TestServer.shared("c"));
    try (Client superuser = scene.superuser("veneer", "postgres")) {
      superuser.execute("GRANT CONNECT ON DATABASE postgres TO PUBLIC");
      scene.run("initialize");
      assertThat(scene.ppp("plan").out())
          .contains("note: tenants can connect to database \"postgres\" of the veneer");
      assertThat(superuser.value("SELECT has_database_privilege('public', 'postgres', 'CONNECT')"))
          .isEqualTo("t");
    }
  }

  @Test
  void aShardThatAnswersAtAnothersAddress() throws Exception {
    scene.run("initialize");
    int port = scene.place("shard1").port;
    scene.place("shard1").port = scene.place("shard2").port;
    scene.place("shard2").port = port;
    scene.write();
    refuses(
        "error[PPP501]: server \"shard1\" of topology \"",
        "is server \"shard2\" of topology \"",
        "error[PPP501]: server \"shard2\" of topology \"",
        "is server \"shard1\" of topology \"");
  }

  @Test
  void anotherTopologysServers() throws Exception {
    scene.run("initialize");
    String text = Files.readString(folder.resolve("shards.yaml"));
    Path other = Files.createDirectories(folder.resolve("other/migrations")).getParent();
    Files.writeString(
        other.resolve("shards.yaml"), text.replaceFirst("name: scene\\d+", "name: staging"));
    String before = scene.state();
    InProcess.Result result =
        InProcess.run("initialize", "--config", other.resolve("shards.yaml").toString());
    assertThat(result.status()).as(result.err()).isEqualTo(5);
    assertThat(result.err())
        .contains(
            "error[PPP501]: server \"veneer\" of topology \"staging\"", "of topology \"scene");
    assertThat(scene.state()).isEqualTo(before);
    assertThat(other.resolve(".ppp/secrets.yaml")).doesNotExist();
  }

  @Test
  void aRoleWhosePasswordNobodyKnows() throws Exception {
    scene.run("initialize");
    Path secrets = folder.resolve(".ppp/secrets.yaml");
    Files.move(secrets, folder.resolve("secrets.yaml"));
    refuses("error[PPP506]: no password is known for 4 roles: \"" + scene.role("acme") + "\"");
    assertThat(secrets).doesNotExist();
    Files.move(folder.resolve("secrets.yaml"), secrets);
    scene.tenant("drei", "shard2");
    try (Client superuser = scene.superuser("shard2")) {
      superuser.execute("CREATE ROLE " + scene.role("drei"));
    }
    refuses("no password is known for role \"" + scene.role("drei") + "\", on \"shard2\"");
    scene.forget("drei");
    scene.isInStep();
  }

  private CompletableFuture<InProcess.Result> initialize() {
    return CompletableFuture.supplyAsync(() -> scene.ppp("initialize"));
  }

  private void saysWhoHoldsTheLock(String... words) {
    InProcess.Result second = scene.ppp("initialize");
    assertThat(second.status()).as(second.out()).isEqualTo(5);
    assertThat(second.err())
        .contains("error[PPP503]: topology \"scene", "is being changed by ", "since 20")
        .contains(words);
  }

  @Test
  void aSecondRunBesideTheFirst() throws Exception {
    CompletableFuture<InProcess.Result> first;
    try (Barrier barrier = new Barrier(scene.superuser("veneer", "postgres"), "pg_database")) {
      first = initialize();
      barrier.awaitWaiting(1);
      saysWhoHoldsTheLock("\"ppp initialize\" from 127.0.0.1");
    }
    assertThat(first.join().status()).isZero();
    scene.migration("V2__more.sql", "CREATE TABLE more ();");
    try (Barrier barrier = new Barrier(scene.superuser("shard1"), "pg_class")) {
      first = initialize();
      barrier.awaitWaiting(1);
      saysWhoHoldsTheLock(
          "`ppp initialize` of ",
          " on "
              + InetAddress.getLocalHost().getHostName()
              + " (process "
              + ProcessHandle.current().pid());
      assertThat(scene.ppp("plan").status()).isZero();
    }
    assertThat(first.join().status()).isZero();
    scene.isInStep();
  }

  @Test
  void aRunThatWasKilledIsNotTakenForTheOneThatHoldsTheLock() throws Exception {
    scene.run("initialize");
    try (Client veneer = scene.superuser("veneer")) {
      veneer.execute("UPDATE ppp.run SET finished_at = NULL, host = 'dead-host'");
    }
    try (Client holder = scene.superuser("veneer", "postgres")) {
      holder.execute("SET application_name = 'ppp migrate'");
      holder.execute("SELECT pg_advisory_lock(" + lockKeys() + ")");
      InProcess.Result result = scene.ppp("initialize");
      assertThat(result.status()).isEqualTo(5);
      assertThat(result.err())
          .contains("is being changed by \"ppp migrate\" from 127.0.0.1")
          .doesNotContain("dead-host");
    }
  }

  private String lockKeys() {
    CRC32 crc = new CRC32();
    crc.update((scene.name() + "/" + scene.database()).getBytes(StandardCharsets.UTF_8));
    return 0x707070 + ", " + (int) crc.getValue();
  }

  /** Ends the session that holds the lock, while the run stands before a relation. */
  private InProcess.Result loseTheLockAt(String server, String relation) throws Exception {
    CompletableFuture<InProcess.Result> run;
    try (Barrier barrier = new Barrier(scene.superuser(server), relation);
        Client superuser = scene.superuser("veneer", "postgres")) {
      run = initialize();
      barrier.awaitWaiting(1);
      assertThat(
              superuser.rows(
                  "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks"
                      + " WHERE locktype = 'advisory' AND classid = "
                      + 0x707070
                      + " AND (classid, objid) = (SELECT classid, objid FROM (SELECT "
                      + lockKeys().replace(",", "::oid AS classid, (")
                      + "::bigint & 4294967295)::oid AS objid) AS k)"))
          .containsExactly("t");
      // The lock is asked for once a second at most.
      await().pollDelay(Duration.ofMillis(1100)).until(() -> !run.isDone());
    }
    return run.join();
  }

  @Test
  void stopsWhenTheLocksSessionIsLost() throws Exception {
    scene.run("initialize", "--only", "servers");
    InProcess.Result result = loseTheLockAt("veneer", "pg_authid");
    assertThat(result.status()).as("%s%s", result.out(), result.err()).isEqualTo(7);
    assertThat(result.err()).contains("error[PPP504]: the session that held the topology's lock");
    scene.tenant("cato", "shard1");
    result = loseTheLockAt("shard1", "pg_class");
    assertThat(result.err()).contains("error[PPP504]");
    assertThat(result.status()).isEqualTo(7);
    scene.run("initialize");
    scene.isInStep();
    scene.showsEveryTenant(3);
  }
}
