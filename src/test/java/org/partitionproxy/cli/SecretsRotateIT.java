package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.secret.ScramVerifier;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.testing.Running;
import org.partitionproxy.testing.TestServer;

/** The veneer and shard2 are databases of one server, shard1 is on another. */
class SecretsRotateIT {

  @TempDir private Path folder;

  private TestTopology topology;
  private Identifier acme;
  private Identifier app;

  @BeforeEach
  void initialize() {
    TestServer one = TestServer.shared("a");
    topology =
        new TestTopology(folder, one, TestServer.shared("b"), one)
            .tenant("acme", "shard1")
            .tenant("bolt", "shard2");
    topology.ppp("initialize").succeeded();
    acme = topology.role("acme");
    app = topology.appRole();
  }

  private long items(Session session, String tenant) {
    return session
        .query(
            Sql.of(
                "SELECT count(*) AS count FROM {}",
                new QualifiedName(Identifier.of(topology.schema(tenant)), Identifier.of("items"))),
            row -> row.number("count"))
        .get(0);
  }

  private void assertTaken(String server, Identifier role, Secret password) {
    topology.as(server, role, password).close();
  }

  private void assertRefused(String server, Identifier role, Secret password) {
    assertThatThrownBy(() -> topology.as(server, role, password))
        .isInstanceOfSatisfying(SqlFailure.class, e -> assertThat(e.sqlState()).isEqualTo("28P01"));
  }

  private void assertAllWorks() {
    for (String tenant : List.of("acme", "bolt")) {
      try (Session own = topology.as("veneer", topology.role(tenant));
          Session all = topology.as("veneer", app);
          Session owner = topology.as("veneer", topology.adminRole())) {
        assertThat(List.of(items(own, tenant), items(all, tenant), items(owner, tenant)))
            .containsExactly(3L, 3L, 3L);
      }
    }
    // Nobody logs in as it; its mappings have the admin's password.
    try (Session owner = topology.superuser("veneer")) {
      owner.execute(Sql.of("SET ROLE {}", Identifier.of(topology.database() + "_mirror")));
      assertThat(List.of(items(owner, "acme"), items(owner, "bolt"))).containsExactly(3L, 3L);
    }
    assertTaken("shard1", acme, topology.password(acme));
    assertTaken("shard1", app, topology.password(app));
    assertTaken("shard2", app, topology.password(app));
  }

  @Test
  void givesOneRoleANewPasswordEverywhereWhileItsSessionsGoOn() {
    Secret old = topology.password(acme);
    Secret others = topology.password(app);
    try (Session before = topology.as("veneer", acme, old)) {
      assertThat(items(before, "acme")).isEqualTo(3);
      InProcess.Result result =
          topology.ppp("secrets", "rotate", acme.value(), "--yes").succeeded();
      assertThat(result.out())
          .isEqualTo(
              "Done: new passwords for " + acme + ".\n`ppp secrets show NAME` prints one.\n");
      assertThat(items(before, "acme")).isEqualTo(3);
    }
    assertThat(topology.password(acme)).isNotEqualTo(old);
    assertThat(topology.password(app)).isEqualTo(others);
    assertRefused("veneer", acme, old);
    assertRefused("shard1", acme, old);
    assertAllWorks();
    assertThat(topology.ppp("plan").succeeded().out()).startsWith("Nothing to do");
    assertThat(topology.ppp("history", "-o", "json").succeeded().out())
        .contains("\"command\": \"secrets rotate\"", "\"outcome\": \"done\"", "\"changes\": 1");
  }

  @Test
  void givesAllRolesNewPasswordsAndLeavesNoneInAnyLog() throws IOException {
    List<Identifier> roles =
        List.of(acme, topology.role("bolt"), topology.adminRole(), topology.appRole());
    List<Secret> old = roles.stream().map(topology::password).toList();
    try (Session before = topology.as("veneer", app)) {
      assertThat(items(before, "acme") + items(before, "bolt")).isEqualTo(6);
      assertThat(topology.ppp("secrets", "rotate", "-o", "json", "--yes").succeeded().out())
          .startsWith("{\n  \"finished\": [],\n  \"rotated\": [\n")
          .contains(roles.stream().map(r -> "\"" + r + "\"").toList());
      assertThat(items(before, "acme") + items(before, "bolt")).isEqualTo(6);
    }
    for (int i = 0; i < roles.size(); i++) {
      assertThat(topology.password(roles.get(i))).isNotEqualTo(old.get(i));
      assertRefused("veneer", roles.get(i), old.get(i));
    }
    assertRefused("shard1", app, old.get(3));
    assertAllWorks();
    for (String server : List.of("veneer", "shard1")) {
      String log = log(server);
      assertThat(log).contains("SET LOCAL lock_timeout = '10s'");
      for (Identifier role : roles) {
        assertThat(log.contains(topology.password(role).reveal())).as("%s", role).isFalse();
      }
    }
  }

  /** All that the server has written. */
  private String log(String server) {
    try (Session session = topology.maintenance(server)) {
      return String.join(
          "",
          session.query(
              """
              SELECT pg_catalog.pg_read_file('log/' || f.name) AS text
              FROM pg_catalog.pg_ls_logdir() AS f
              ORDER BY f.name""",
              row -> row.string("text")));
    }
  }

  @Test
  void refusesBeforeAnythingHasBegunWhenAServerOfTheRoleIsDown() {
    topology.down("shard1");
    Secret old = topology.password(acme);
    InProcess.Result refused = topology.ppp("secrets", "rotate", "--yes");
    assertThat(refused.status()).isEqualTo(4);
    assertThat(refused.err())
        .contains("server \"shard1\"", "cannot be reached", "No password was changed");
    assertThat(topology.store().pendingRotations()).isEmpty();
    topology.ppp("secrets", "rotate", topology.role("bolt").value(), "--yes").succeeded();
    topology.up("shard1");
    assertThat(topology.password(acme)).isEqualTo(old);
    assertAllWorks();
  }

  @Test
  void refusesWhatItCannotChangeAndAsksBeforeItDoes() throws Exception {
    assertThat(topology.ppp("secrets", "rotate", "postgres@shard1", "--yes"))
        .satisfies(
            result -> {
              assertThat(result.status()).isEqualTo(5);
              assertThat(result.err()).contains("PPP808", "comes from the environment");
            });
    assertThat(topology.ppp("secrets", "rotate", "acme", "--yes"))
        .satisfies(
            result -> {
              assertThat(result.status()).isEqualTo(2);
              assertThat(result.err()).contains("no role \"acme\" is known", "rotate " + acme);
            });
    Secret old = topology.password(acme);
    assertThat(topology.ppp("secrets", "rotate").status()).isEqualTo(5);
    assertThat(topology.start(java.util.Optional.of("no"), "secrets", "rotate").result().err())
        .contains("Type \"" + topology.database() + "\"", "not confirmed");
    assertThat(topology.password(acme)).isEqualTo(old);
    assertTaken("veneer", acme, old);
  }

  @Test
  void givesARoleWhosePasswordIsLostANewOne() {
    topology.ppp("teardown", "--tenant", "bolt", "--yes").succeeded();
    TestTopology elsewhere = topology;
    assertThat(elsewhere.folder().resolve(".ppp/secrets.yaml").toFile().delete()).isTrue();
    assertThat(topology.ppp("plan").err()).contains("PPP506", "`ppp secrets rotate`");
    topology.ppp("secrets", "rotate", "--yes").succeeded();
    topology.ppp("initialize").succeeded();
    assertAllWorks();
  }

  @Test
  void aRotationThatWasKilledBetweenTwoServersIsFinishedByTheNextOne() throws Exception {
    Secret old = topology.password(app);
    Secret next = killedBeforeTheVeneersServer();
    assertTaken("shard1", app, next);
    assertRefused("shard1", app, old);
    assertTaken("veneer", app, old);
    try (Session session = topology.as("veneer", app)) {
      assertThat(items(session, "acme") + items(session, "bolt")).isEqualTo(6);
    }
    assertThat(topology.ppp("psql", "shard1", "-c", "SELECT 1 AS one").succeeded().status())
        .isZero();
    assertThat(topology.ppp("psql", "shard1", "--builtin", "-c", "SELECT 1").succeeded().out())
        .contains("1");
    assertThat(topology.ppp("secrets").out()).containsPattern(app + " .* rotating");
    assertThat(topology.ppp("secrets", "show", app.value()).err()).contains("was interrupted");

    String others = topology.password(acme).reveal();
    InProcess.Result result = topology.ppp("secrets", "rotate", app.value(), "--yes").succeeded();
    assertThat(result.out()).startsWith("Finished: new passwords for " + app + ".\n");
    assertThat(topology.password(app)).isEqualTo(next);
    assertThat(topology.password(acme).reveal()).isEqualTo(others);
    assertRefused("veneer", app, old);
    assertAllWorks();
  }

  /** Returns the password that shard1 knows already. */
  private Secret killedBeforeTheVeneersServer() throws Exception {
    try (Session blocker = topology.superuser("shard2")) {
      blocker.inTransaction(
          () -> {
            blocker.execute(Sql.of("ALTER ROLE {} CONNECTION LIMIT 100", app));
            try {
              Running running = topology.start("secrets", "rotate", app.value(), "--yes");
              int waiting = awaitWaiting(blocker);
              running.kill();
              end(waiting);
            } catch (IOException | InterruptedException e) {
              throw new IllegalStateException(e);
            }
          });
    }
    return topology.store().findNext(SecretName.ofRole(app.value())).orElseThrow();
  }

  /** The backend of ppp that waits for this session. */
  private int awaitWaiting(Session blocker) {
    try (Session watch = topology.maintenance("veneer")) {
      return await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  watch.query(
                      """
                      SELECT pid FROM pg_catalog.pg_stat_activity
                      WHERE ? = ANY (pg_catalog.pg_blocking_pids(pid)) ORDER BY pid""",
                      row -> row.integer("pid"),
                      blocker.backendPid()),
              pids -> pids.size() == 1)
          .get(0);
    }
  }

  /** What the server does by itself some seconds after its client was killed. */
  private void end(int pid) {
    try (Session watch = topology.maintenance("veneer")) {
      assertThat(
              watch.queryOne(
                  "SELECT pg_catalog.pg_terminate_backend(?, 60000) AS gone",
                  row -> row.bool("gone"),
                  pid))
          .hasValue(true);
    }
  }

  @Test
  void initializeFinishesItTooAndSaysSo() throws Exception {
    Secret next = killedBeforeTheVeneersServer();
    // Run as a process of its own, for what it says goes to the real standard error.
    InProcess.Result result = topology.start("initialize").result().succeeded();
    assertThat(result.err()).contains("finished what an earlier run began", app.value());
    assertThat(topology.password(app)).isEqualTo(next);
    assertThat(topology.store().pendingRotations()).isEmpty();
    assertAllWorks();
  }

  @Test
  void aLockInTheWayOfTheMappingStopsItBeforeTheShardIsChanged() throws Exception {
    Secret old = topology.password(acme);
    try (Session blocker = topology.superuser("veneer")) {
      blocker.inTransaction(
          () -> {
            blocker.execute(
                Sql.of(
                    "ALTER USER MAPPING FOR {} SERVER shard1 OPTIONS (SET password {})",
                    acme,
                    Literal.hidden(old.reveal())));
            try {
              Running running = topology.start("secrets", "rotate", acme.value(), "--yes");
              int waiting = awaitWaiting(blocker);
              running.kill();
              end(waiting);
            } catch (IOException | InterruptedException e) {
              throw new IllegalStateException(e);
            }
          });
    }
    assertTaken("shard1", acme, old);
    assertAllWorks();
    topology.ppp("secrets", "rotate", "--yes").succeeded();
    assertRefused("shard1", acme, old);
    assertAllWorks();
  }

  @Test
  void aRotationThatWasKilledBetweenAShardAndItsMappingIsFinished() {
    Secret next =
        topology
            .store()
            .beginRotation(List.of(SecretName.ofRole(topology.adminRole().value())))
            .values()
            .iterator()
            .next();
    try (Session shard = topology.superuser("shard1")) {
      shard.execute(
          Sql.of(
              "ALTER ROLE {} PASSWORD {}",
              topology.adminRole(),
              Literal.hidden(ScramVerifier.of(next))));
    }
    topology.migration("V3__more.sql", "INSERT INTO items VALUES (4);");
    // Migrates as that role, on a shard that knows the next password and on one that does not.
    topology.ppp("migrate").succeeded();
    assertThat(topology.password(topology.adminRole())).isEqualTo(next);
    try (Session owner = topology.as("veneer", topology.adminRole())) {
      assertThat(items(owner, "acme") + items(owner, "bolt")).isEqualTo(8);
    }
  }
}
