package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.cli.InProcess.Result;
import org.partitionproxy.console.ProgressLine;
import org.partitionproxy.db.Session;
import org.partitionproxy.provision.Outcome;
import org.partitionproxy.provision.Provisioner;
import org.partitionproxy.provision.TeardownRequest;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.testing.Running;
import org.partitionproxy.testing.TestServer;

class TeardownIT {

  @TempDir private Path folder;

  /** The veneer on one server, both shards on another. */
  private TestTopology initialized() {
    TestServer shards = TestServer.shared("b");
    TestTopology topology =
        new TestTopology(folder, TestServer.shared("a"), shards, shards)
            .tenant("acme", "shard1")
            .tenant("bolt", "shard2");
    topology.ppp("initialize").succeeded();
    return topology;
  }

  private static QualifiedName items(TestTopology topology, String tenant) {
    return new QualifiedName(Identifier.of(topology.schema(tenant)), Identifier.of("items"));
  }

  private static long rows(Session session, TestTopology topology, String tenant) {
    return session
        .query(
            Sql.of("SELECT count(*) AS count FROM {}", items(topology, tenant)),
            row -> row.number("count"))
        .get(0);
  }

  private static long rowsThroughTheVeneer(TestTopology topology, String tenant) {
    try (Session session = topology.as("veneer", topology.role(tenant))) {
      return rows(session, topology, tenant);
    }
  }

  private static boolean hasSchema(TestTopology topology, String server, String tenant) {
    try (Session session = topology.superuser(server)) {
      return !session
          .query(
              "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname = ? ORDER BY nspname",
              row -> row.string("nspname"),
              topology.schema(tenant))
          .isEmpty();
    }
  }

  /** Roles and databases of this topology, on one PostgreSQL server. */
  private static List<String> remains(TestTopology topology, String server) {
    try (Session session = topology.maintenance(server)) {
      List<String> names = new ArrayList<>();
      String mark = "%" + topology.suffix() + "%";
      session.forEach(
          """
          SELECT 'role ' || rolname AS name FROM pg_catalog.pg_roles WHERE rolname LIKE ?
          UNION ALL SELECT 'database ' || datname FROM pg_catalog.pg_database WHERE datname LIKE ?
          ORDER BY name""",
          row -> names.add(row.string("name")),
          mark,
          mark);
      return names;
    }
  }

  @Test
  void takesOneTenantFromTheVeneerAndInitializeBringsItBackWithItsData() {
    TestTopology topology = initialized();
    try (Session owner = topology.as("shard1", topology.adminRole())) {
      owner.execute(Sql.of("INSERT INTO {} VALUES (99)", items(topology, "acme")));
    }
    Result result = topology.ppp("teardown", "--tenant", "acme", "--yes").succeeded();
    assertThat(result.err())
        .contains("- schema", topology.schema("acme") + " and its 1 foreign tables")
        .contains("- user mapping", "- role")
        .doesNotContain("\nshard1\n", "loses data", topology.schema("bolt"));
    assertThat(hasSchema(topology, "veneer", "acme")).isFalse();
    assertThat(hasSchema(topology, "shard1", "acme")).isTrue();
    assertThat(rowsThroughTheVeneer(topology, "bolt")).isEqualTo(3);
    assertThat(remains(topology, "veneer")).doesNotContain("role " + topology.role("acme"));
    assertThat(topology.ppp("teardown", "--tenant", "acme", "--yes").succeeded().out())
        .isEqualTo("Nothing to do: ppp has nothing there.\n");

    assertThat(topology.ppp("plan").succeeded().out())
        .contains("+ schema         " + topology.schema("acme"))
        .contains("+ user mapping   " + topology.role("acme") + "@shard1")
        .doesNotContain("bolt");
    topology.ppp("initialize").succeeded();
    assertThat(rowsThroughTheVeneer(topology, "acme")).isEqualTo(4);
    assertThat(topology.ppp("plan").succeeded().out()).startsWith("Nothing to do");
  }

  @Test
  void dropsTheDataOfOneTenantAloneAlsoWhenShardsYamlNoLongerHasIt() {
    TestTopology topology = initialized().without("acme");
    assertThat(topology.ppp("plan").succeeded().out())
        .contains("`ppp teardown --tenant acme` removes it from the veneer");
    topology.ppp("teardown", "--tenant", "acme", "--yes").succeeded();
    assertThat(hasSchema(topology, "shard1", "acme")).isTrue();
    Result dropped =
        topology.ppp("teardown", "--tenant", "acme", "--drop-data", "--yes").succeeded();
    assertThat(dropped.err()).contains("[loses data]");
    assertThat(hasSchema(topology, "shard1", "acme")).isFalse();
    assertThat(remains(topology, "shard1"))
        .doesNotContain("role " + topology.role("acme"))
        .contains("role " + topology.role("bolt"));
    assertThat(rowsThroughTheVeneer(topology, "bolt")).isEqualTo(3);
    Result unknown = topology.ppp("teardown", "--tenant", "acme", "--yes");
    assertThat(unknown.status()).isEqualTo(2);
    assertThat(unknown.err()).contains("there is no tenant \"acme\"", "Known are bolt.");
  }

  @Test
  void takesEverythingFromTheVeneerAndLeavesTheShards() {
    TestTopology topology = initialized();
    topology.ppp("teardown", "--all", "--yes").succeeded();
    assertThat(remains(topology, "veneer"))
        .containsExactly("database " + topology.server("veneer").database());
    try (Session veneer = topology.superuser("veneer")) {
      assertThat(
              veneer.query(
                  """
                  SELECT srvname AS name FROM pg_catalog.pg_foreign_server
                  UNION ALL SELECT nspname FROM pg_catalog.pg_namespace
                  WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', 'public')
                  UNION ALL SELECT extname FROM pg_catalog.pg_extension
                  ORDER BY name""",
                  row -> row.string("name")))
          .containsExactly("plpgsql");
    }
    try (Session shard = topology.as("shard1", topology.role("acme"))) {
      assertThat(rows(shard, topology, "acme")).isEqualTo(3);
    }
    topology.ppp("teardown", "--all", "--yes").succeeded();
    topology.ppp("initialize").succeeded();
    assertThat(rowsThroughTheVeneer(topology, "acme")).isEqualTo(3);
    assertThat(topology.ppp("plan").succeeded().out()).startsWith("Nothing to do");
  }

  @Test
  void takesEverythingFromEverywhereButNeverAnExternalDatabase() {
    TestTopology topology = initialized();
    topology.ppp("teardown", "--all", "--drop-data", "--yes").succeeded();
    assertThat(remains(topology, "veneer"))
        .containsExactly("database " + topology.server("veneer").database());
    assertThat(remains(topology, "shard1"))
        .containsExactly(
            "database " + topology.server("shard1").database(),
            "database " + topology.server("shard2").database());
    assertThat(topology.ppp("teardown", "--all", "--drop-data", "--yes").succeeded().out())
        .startsWith("Nothing to do");
    topology.ppp("initialize").succeeded();
    assertThat(rowsThroughTheVeneer(topology, "acme")).isEqualTo(3);
    assertThat(topology.ppp("plan").succeeded().out()).startsWith("Nothing to do");
  }

  @Test
  void takesFourDatabasesOfOneServerDownInTwoSteps() {
    TestServer server = TestServer.shared("a");
    TestTopology topology =
        new TestTopology(folder, server, server, server, server)
            .tenant("acme", "shard1")
            .tenant("bolt", "shard2")
            .tenant("cato", "shard3");
    topology.ppp("initialize").succeeded();
    topology.ppp("teardown", "--tenant", "cato", "--drop-data", "--yes").succeeded();
    assertThat(remains(topology, "veneer"))
        .contains("role " + topology.role("bolt"))
        .doesNotContain("role " + topology.role("cato"));
    topology.ppp("teardown", "--tenant", "bolt", "--yes").succeeded();
    try (Session shard = topology.as("shard2", topology.role("bolt"))) {
      assertThat(rows(shard, topology, "bolt")).isEqualTo(3);
    }
    topology.ppp("teardown", "--all", "--yes").succeeded();
    try (Session shard = topology.as("shard1", topology.appRole())) {
      assertThat(rows(shard, topology, "acme")).isEqualTo(3);
    }
    topology.ppp("teardown", "--all", "--drop-data", "--yes").succeeded();
    assertThat(remains(topology, "veneer")).hasSize(4).allMatch(n -> n.startsWith("database "));
    topology.ppp("initialize").succeeded();
    assertThat(rowsThroughTheVeneer(topology, "cato")).isEqualTo(3);
    tearDownWithDatabases(topology);
    assertThat(remains(topology, "veneer")).isEmpty();
    topology.ppp("initialize").succeeded();
    assertThat(rowsThroughTheVeneer(topology, "acme")).isEqualTo(3);
    topology.ppp("teardown", "--all", "--yes").succeeded();
    tearDownWithDatabases(topology);
    assertThat(remains(topology, "veneer")).isEmpty();
  }

  /** As with servers that ppp runs. */
  private static void tearDownWithDatabases(TestTopology topology) {
    CommonOptions options = new CommonOptions();
    options.config = topology.folder().resolve("shards.yaml");
    Workspace workspace = Workspace.open(options, "teardown");
    try (Provisioner provisioner = workspace.provisioner()) {
      Outcome outcome =
          provisioner.tearDown(
              new TeardownRequest(List.of(), true, true, false),
              Operator.origin("teardown", workspace.topology()),
              new RunProgress(new ProgressLine(System.err, false, Clock.systemUTC())));
      assertThat(outcome.diagnostics()).isEmpty();
    }
  }

  @Test
  void aViewOfTheUsersStopsItsTenantWithItsDataAndNoOther() {
    TestTopology topology = initialized();
    Identifier schema = Identifier.of(topology.schema("acme"));
    try (Session veneer = topology.superuser("veneer")) {
      veneer.execute(
          Sql.of("CREATE VIEW {}.mine AS SELECT id FROM {}", schema, items(topology, "acme")));
    }
    Result result = topology.ppp("teardown", "--all", "--drop-data", "--yes");
    assertThat(result.status()).isEqualTo(7);
    assertThat(result.out()).startsWith("Not complete: ");
    assertThat(result.err())
        .contains("PPP507", "view " + schema + ".mine depends on")
        .contains("Mend the cause and run the command again");
    assertThat(hasSchema(topology, "veneer", "bolt")).isFalse();
    assertThat(hasSchema(topology, "shard2", "bolt")).isFalse();
    assertThat(rowsThroughTheVeneer(topology, "acme")).isEqualTo(3);
    try (Session veneer = topology.superuser("veneer")) {
      veneer.execute(Sql.of("DROP VIEW {}.mine", schema));
    }
    topology.ppp("teardown", "--all", "--drop-data", "--yes").succeeded();
    assertThat(remains(topology, "shard1")).allMatch(n -> n.startsWith("database "));
  }

  @Test
  void leavesASchemaThatWasThereBefore() {
    TestTopology topology =
        new TestTopology(folder, TestServer.shared("a"), TestServer.shared("b"))
            .tenant("acme", "shard1");
    for (String server : List.of("veneer", "shard1")) {
      try (Session session = topology.maintenance(server)) {
        session.execute(Sql.of("CREATE DATABASE {}", topology.server(server).database()));
      }
      try (Session session = topology.superuser(server)) {
        Identifier schema = Identifier.of(topology.schema("acme"));
        session.execute(Sql.of("CREATE SCHEMA {}", schema));
        session.execute(Sql.of("CREATE TABLE {}.own AS SELECT 1 AS id", schema));
      }
    }
    topology.migration("V1__items.sql", "CREATE TABLE IF NOT EXISTS items (id int);");
    topology.ppp("initialize", "--only", "servers", "--only", "roles", "--only", "schemas");
    Result result = topology.ppp("teardown", "--all", "--drop-data", "--yes");
    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.err()).contains("was not made by ppp and is left alone");
    for (String server : List.of("veneer", "shard1")) {
      try (Session session = topology.superuser(server)) {
        assertThat(
                session.query(
                    Sql.of(
                        "SELECT id FROM {}",
                        new QualifiedName(
                            Identifier.of(topology.schema("acme")), Identifier.of("own"))),
                    row -> row.integer("id")))
            .containsExactly(1);
      }
    }
  }

  @Test
  void takesItsTriggersFromTablesThatStay() {
    TestTopology topology =
        new TestTopology(folder, TestServer.shared("a"), TestServer.shared("b"))
            .tenant("acme", "shard1")
            .tenant("bolt", "shard1")
            .migration("V3__numbered.sql", "CREATE TABLE numbered (id serial, at date);");
    // Somebody made the schema of one of them.
    try (Session session = topology.maintenance("shard1")) {
      session.execute(Sql.of("CREATE DATABASE {}", topology.server("shard1").database()));
    }
    try (Session session = topology.superuser("shard1")) {
      session.execute(Sql.of("CREATE SCHEMA {}", Identifier.of(topology.schema("acme"))));
    }
    topology.ppp("initialize").succeeded();
    assertThat(numbering(topology)).hasSize(4);
    Result one = topology.ppp("teardown", "--tenant", "bolt", "--yes").succeeded();
    assertThat(one.err())
        .contains("- trigger", "_ppp_number_id on " + topology.schema("bolt") + ".numbered");
    assertThat(numbering(topology)).hasSize(2);
    topology.ppp("initialize").succeeded();
    assertThat(numbering(topology)).hasSize(4);
    topology.ppp("teardown", "--all", "--drop-data", "--yes").succeeded();
    assertThat(numbering(topology)).isEmpty();
    try (Session session = topology.superuser("shard1")) {
      assertThat(rows(session, topology, "acme")).isEqualTo(3);
    }
  }

  private static List<String> numbering(TestTopology topology) {
    try (Session session = topology.superuser("shard1")) {
      return session.query(
          """
          SELECT tgname AS name FROM pg_catalog.pg_trigger WHERE tgname LIKE '\\_ppp%'
          UNION ALL SELECT proname FROM pg_catalog.pg_proc WHERE proname LIKE '\\_ppp%'
          ORDER BY name""",
          row -> row.string("name"));
    }
  }

  @Test
  void dropsNothingWithoutTheUsersWord() throws Exception {
    TestTopology topology = initialized();
    Result nobody = topology.ppp("teardown", "--all", "--drop-data");
    assertThat(nobody.status()).isEqualTo(5);
    assertThat(nobody.err()).contains("nobody can be asked", "Add --yes.");
    Result wrong = topology.start(Optional.of("yes"), "teardown", "--all").result();
    assertThat(wrong.status()).isEqualTo(5);
    assertThat(wrong.err()).contains("Type \"" + topology.database() + "\"", "not confirmed");
    assertThat(rowsThroughTheVeneer(topology, "acme")).isEqualTo(3);
    Result right =
        topology
            .start(Optional.of(topology.database()), "teardown", "--all", "-o", "json")
            .result();
    assertThat(right.succeeded().out()).contains("\"outcome\": \"done\"");
    assertThat(hasSchema(topology, "veneer", "acme")).isFalse();
  }

  @Test
  void keepsWhatItKnowsOfATenantWhoseShardIsDown() {
    TestTopology topology =
        new TestTopology(
                folder, TestServer.shared("a"), TestServer.shared("b"), TestServer.shared("a"))
            .tenant("acme", "shard1")
            .tenant("bolt", "shard2");
    topology.ppp("initialize").succeeded();
    topology.down("shard1").without("acme").tenant("cato", "shard1");
    Result result = topology.ppp("teardown", "--all", "--drop-data", "--yes");
    assertThat(result.status()).isEqualTo(4);
    assertThat(result.err()).contains("\"acme\" waits for shard shard1", "cannot be reached");
    assertThat(hasSchema(topology, "veneer", "acme")).isTrue();
    assertThat(hasSchema(topology, "veneer", "bolt")).isFalse();
    topology.up("shard1");
    topology.ppp("teardown", "--all", "--drop-data", "--yes").succeeded();
    assertThat(remains(topology, "veneer")).allMatch(n -> n.startsWith("database "));
    assertThat(remains(topology, "shard1")).allMatch(n -> n.startsWith("database "));
  }

  @Test
  void goesOnWhereItWasKilled() throws Exception {
    TestTopology topology = initialized();
    try (Session blocker = topology.superuser("shard2");
        Session watch = topology.maintenance("shard2")) {
      blocker.inTransaction(
          () -> {
            blocker.execute(Sql.of("LOCK TABLE {}", items(topology, "bolt")));
            kill(topology, blocker, watch);
          });
    }
    assertThat(hasSchema(topology, "veneer", "bolt")).isFalse();
    assertThat(hasSchema(topology, "shard2", "bolt")).isTrue();
    topology.ppp("teardown", "--all", "--drop-data", "--yes").succeeded();
    assertThat(remains(topology, "veneer")).allMatch(n -> n.startsWith("database "));
    assertThat(remains(topology, "shard1")).allMatch(n -> n.startsWith("database "));
  }

  private static void kill(TestTopology topology, Session blocker, Session watch) {
    try {
      Running running = topology.start("teardown", "--all", "--drop-data", "--yes");
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> waiting(blocker, watch), pids -> pids.size() == 1);
      running.kill();
      await().atMost(Duration.ofMinutes(1)).until(() -> waiting(blocker, watch).isEmpty());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Integer> waiting(Session blocker, Session watch) {
    return watch.query(
        """
        SELECT pid FROM pg_catalog.pg_stat_activity
        WHERE ? = ANY (pg_catalog.pg_blocking_pids(pid)) ORDER BY pid""",
        row -> row.integer("pid"),
        blocker.backendPid());
  }
}
