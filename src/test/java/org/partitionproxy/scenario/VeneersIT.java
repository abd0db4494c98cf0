package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.cli.InProcess;
import org.partitionproxy.testing.TestServer;

/** Several veneers: alike after every command, and each can be filled anew from nothing. */
class VeneersIT {

  private static final String ALTER_ITEMS =
      """
      ALTER TABLE items ADD COLUMN price numeric DEFAULT 1;
      CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY, note text);
      """;

  private final TestServer east = TestServer.shared("victim");
  @TempDir private Path folder;
  private Scene scene;

  @BeforeEach
  void writeTheTopology() throws Exception {
    TestServer shards = TestServer.shared("b");
    scene = new Scene(folder, TestServer.shared("a"), shards, shards);
    scene.veneer("east", east);
    scene.limits("acme", "connection_limit: 7, work_mem: 8MB");
    scene.everyone(true);
  }

  @AfterEach
  void startAgain() {
    east.restart();
  }

  /** All that ppp makes on a veneer, as text that is the same wherever it is the same. */
  private List<String> made(String veneer) throws SQLException {
    String ours = "'" + scene.number() + "'";
    List<String> all = new ArrayList<>();
    try (Client superuser = scene.superuser(veneer)) {
      for (String query :
          List.of(
              """
              SELECT c.relnamespace::regnamespace, c.relname, c.relkind, c.relacl, f.ftoptions,
                s.srvname, pg_get_userbyid(c.relowner), a.attname, a.attnotnull, a.attgenerated,
                format_type(a.atttypid, a.atttypmod)
              FROM pg_class AS c
              LEFT JOIN pg_foreign_table AS f ON f.ftrelid = c.oid
              LEFT JOIN pg_foreign_server AS s ON s.oid = f.ftserver
              LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
              WHERE c.relnamespace::regnamespace::text ~ ('_' || %s || '$|^everyone')
              ORDER BY 1, 2, a.attnum""",
              """
              SELECT rolname, rolcanlogin, rolconnlimit, rolsuper, s.setconfig
              FROM pg_roles AS r LEFT JOIN pg_db_role_setting AS s ON s.setrole = r.oid
                AND s.setdatabase IN (0, (SELECT oid FROM pg_database
                  WHERE datname = current_database()))
              WHERE rolname ~ ('^(acme|bolt|cato|sc)_' || %s || '_(app|admin|reader|mirror)$') ORDER BY 1, s.setconfig""",
              """
              SELECT m.srvname, m.usename, regexp_replace(m.umoptions::text, 'test_[0-9_]+', '')
              FROM pg_user_mappings AS m WHERE %s <> '' ORDER BY 1, 2""",
              """
              SELECT nspname, nspacl FROM pg_namespace
              WHERE nspname ~ ('_' || %s || '$|^everyone') ORDER BY 1""",
              """
              SELECT schema, tenant, shard, source, tables, notes FROM ppp.tenant
              WHERE %s <> '' ORDER BY 1""")) {
        all.addAll(superuser.rows(query.formatted(ours)));
      }
    }
    return all;
  }

  private void areAlike(String... veneers) throws SQLException {
    scene.isInStep();
    List<String> first = made("veneer");
    assertThat(first).hasSizeGreaterThan(20);
    for (String veneer : veneers) {
      assertThat(made(veneer)).as(veneer).isEqualTo(first);
      try (Client reader = scene.as(veneer, scene.readerRole())) {
        assertThat(reader.rows("SELECT tenant, count(*) FROM items GROUP BY 1 ORDER BY 1"))
            .containsExactly("acme|3", "bolt|3");
      }
    }
    scene.showsEveryTenant(3);
  }

  /** As a new server would be: without the database, and without the roles. */
  private void empty(String veneer) throws SQLException {
    try (Client superuser = scene.superuser(veneer, "postgres")) {
      superuser.execute("DROP DATABASE " + scene.place(veneer).database + " WITH (FORCE)");
      for (String role :
          superuser.rows(
              "SELECT quote_ident(rolname) FROM pg_roles WHERE rolname ~ '^(acme|bolt|cato|sc)_"
                  + scene.number()
                  + "_(app|admin|reader|mirror)$'")) {
        superuser.execute("DROP ROLE " + role);
      }
    }
  }

  @Test
  void everyCommandKeepsThemAlikeAndAnEmptyOneIsFilled() throws Exception {
    scene.run("initialize");
    areAlike("east");
    String history = scene.run("history");

    empty("east");
    assertThat(scene.ppp("migrate").err()).contains("error[PPP508]: veneer \"east\" is empty");
    assertThat(scene.run("plan")).contains("east").doesNotContain("\nshard1\n", "\nshard2\n");
    scene.run("initialize");
    areAlike("east");
    assertThat(scene.run("history")).startsWith(history.strip());

    empty("veneer");
    scene.veneer("west", TestServer.shared("a"));
    scene.run("initialize");
    areAlike("east", "west");
    // East knows of the run that filled it, and nobody of what was before.
    assertThat(scene.run("history").lines().toList()).hasSize(3);

    scene.migration("V2__price.sql", ALTER_ITEMS);
    scene.run("migrate");
    areAlike("east", "west");
    try (Client acme = scene.as("west", scene.role("acme"))) {
      assertThat(acme.value("INSERT INTO orders (note) VALUES ('x') RETURNING id")).isEqualTo("1");
    }

    String old = scene.password(scene.role("acme"));
    scene.run("secrets", "rotate", "--yes");
    assertThat(scene.password(scene.role("acme"))).isNotEqualTo(old);
    areAlike("east", "west");

    scene.run("teardown", "--tenant", "bolt", "--yes");
    for (String veneer : List.of("veneer", "east", "west")) {
      try (Client superuser = scene.superuser(veneer)) {
        assertThat(superuser.rows("SELECT tenant FROM ppp.tenant")).containsExactly("acme");
      }
    }
    scene.run("teardown", "--all", "--drop-data", "--yes");
    for (String server : List.of("veneer", "east", "west", "shard1")) {
      try (Client superuser = scene.superuser(server)) {
        assertThat(
                superuser.rows(
                    "SELECT rolname FROM pg_roles WHERE rolname ~ '^(acme|bolt|cato|sc)_"
                        + scene.number()
                        + "_(app|admin|reader|mirror)$' UNION ALL SELECT srvname FROM pg_foreign_server"
                        + " UNION ALL SELECT nspname FROM pg_namespace"
                        + " WHERE nspname ~ '^ppp|^everyone|_"
                        + scene.number()
                        + "$'"))
            .as(server)
            .isEmpty();
      }
    }
  }

  @Test
  void noMigrationBeginsWhileAVeneerIsAway() throws Exception {
    scene.run("initialize");
    scene.migration("V2__price.sql", ALTER_ITEMS);
    east.stop();
    for (String command : List.of("migrate", "initialize")) {
      InProcess.Result refused = scene.ppp(command);
      assertThat(refused.status()).isEqualTo(4);
      assertThat(refused.err())
          .contains("error[PPP401]: server \"east\"")
          .contains("error[PPP630]: no migration was begun: veneer \"east\"")
          .contains("--no-wait");
    }
    try (Client shard = scene.superuser("shard1")) {
      assertThat(shard.rows("SELECT attname FROM pg_attribute WHERE attname = 'price'")).isEmpty();
    }
    assertThat(scene.ppp("migrate", "--no-wait").status()).isEqualTo(4);
    try (Client acme = scene.as("veneer", scene.role("acme"))) {
      assertThat(acme.value("SELECT sum(price) FROM items")).isEqualTo("3");
    }
    assertThat(scene.run("history").lines().toList()).hasSize(5);
    east.restart();
    assertThat(scene.ppp("status").out()).contains("drifted");
    scene.run("initialize");
    areAlike("east");
  }

  @Test
  void statementsOnAllOfThemGoOnDuringAMigration() throws Exception {
    scene.run("initialize");
    scene.migration("V2__price.sql", ALTER_ITEMS);
    AtomicBoolean done = new AtomicBoolean();
    List<CompletableFuture<Integer>> readers = new ArrayList<>();
    AtomicInteger ready = new AtomicInteger();
    for (String veneer : List.of("veneer", "east")) {
      readers.add(CompletableFuture.supplyAsync(() -> read(veneer, ready, done)));
    }
    org.awaitility.Awaitility.await().until(() -> ready.get() == 2);
    scene.run("migrate");
    done.set(true);
    for (CompletableFuture<Integer> reader : readers) {
      assertThat(reader.join()).isPositive();
    }
    areAlike("east");
  }

  /** Returns how often it could; ends with an error at the first statement that fails. */
  private int read(String veneer, AtomicInteger ready, AtomicBoolean done) {
    try (Client acme = scene.as(veneer, scene.role("acme"))) {
      int statements = 0;
      while (!done.get()) {
        assertThat(acme.rows("SELECT * FROM items")).hasSize(3);
        if (statements++ == 0) {
          ready.incrementAndGet();
        }
      }
      return statements;
    } catch (SQLException e) {
      throw new AssertionError(veneer, e);
    }
  }
}
