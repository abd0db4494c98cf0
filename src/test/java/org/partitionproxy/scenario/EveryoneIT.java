package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.cli.InProcess;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;

/** Same-named tables of all tenants, read at once. */
class EveryoneIT {

  private static final String DENIED = "42501";

  private static final String SCHEMAS =
      "SELECT count(*) FROM pg_namespace WHERE nspname IN ('everyone', 'everyone_shards')";

  @TempDir private Path folder;

  /** Tenants acme and cato on shard1, bolt on shard2. */
  private Scene scene(PostgresVersion version) throws Exception {
    TestServer a = TestServer.shared("a", version);
    Scene scene = new Scene(folder, a, a, TestServer.shared("b", version));
    scene.tenant("cato", "shard1");
    scene.everyone(true);
    return scene;
  }

  private Scene scene() throws Exception {
    return scene(PostgresVersion.embedded());
  }

  private static List<String> asReader(Scene scene, String query) throws SQLException {
    try (Client reader = scene.as("veneer", scene.readerRole())) {
      return reader.rows(query);
    }
  }

  private static String plan(Scene scene, String query) throws SQLException {
    return String.join("\n", asReader(scene, "EXPLAIN (VERBOSE, COSTS OFF) " + query));
  }

  private static int scans(String plan) {
    return plan.split("Foreign Scan", -1).length - 1;
  }

  @EveryPostgres
  void readsAllTenantsAndAsksOnlyTheShardOfOne(PostgresVersion version) throws Exception {
    Scene scene = scene(version);
    assertThat(scene.run("plan")).contains(". tables of schema everyone (after migrations)");
    scene.run("initialize");
    scene.isInStep();
    assertThat(
            asReader(scene, "SELECT tenant, count(*), max(note) FROM items GROUP BY 1 ORDER BY 1"))
        .containsExactly("acme|3|note 3", "bolt|3|note 3", "cato|3|note 3");
    assertThat(asReader(scene, "SELECT * FROM everyone.items WHERE tenant = 'bolt' AND id = 2"))
        .containsExactly("bolt|2|note 2");
    assertThat(plan(scene, "SELECT * FROM items WHERE tenant = 'bolt' AND id = 2"))
        .satisfies(p -> assertThat(scans(p)).isOne())
        .contains("items@shard2", "WHERE ((tenant = 'bolt')) AND ((id = 2))");
    assertThat(plan(scene, "SELECT tenant, count(*) FROM items GROUP BY tenant"))
        .satisfies(p -> assertThat(scans(p)).isEqualTo(2))
        .contains("SELECT tenant, count(*) FROM everyone.items GROUP BY 1");
    theShardSeesThroughItsView(scene);
  }

  /** With its index, and without the tables of other tenants. */
  private static void theShardSeesThroughItsView(Scene scene) throws SQLException {
    try (Client reader = scene.as("shard1", scene.readerRole())) {
      reader.execute("SET enable_seqscan = off");
      assertThat(
              String.join(
                  "\n",
                  reader.rows(
                      "EXPLAIN SELECT * FROM everyone.items WHERE tenant = 'cato' AND id = 2")))
          .contains("items_pkey")
          .doesNotContain("Append", "Function Scan", "'acme'");
    }
  }

  /** Every form that a name or a type can have must come through two servers as it is. */
  @EveryPostgres
  void readsTablesOfAnyShape(PostgresVersion version) throws Exception {
    Scene scene = scene(version);
    String longest = "t".repeat(63);
    scene.migration(
        "V2__shapes.sql",
        """
        CREATE TABLE "Größe ""x"" 'y' \\" ("Été {}?" int, "select" text, u text, t text, " " int);
        INSERT INTO "Größe ""x"" 'y' \\" VALUES (1, 'a\\b', 'u', 't', 5);
        CREATE TABLE %s (id int);
        INSERT INTO %s VALUES (7);
        CREATE TABLE empty ();
        CREATE TABLE types (c character(3), b bit(5), v varchar(2)[], i interval day to second(2),
          n numeric(4, -1), at timestamptz(0), "char" "char", j jsonb,
          double int GENERATED ALWAYS AS (2) STORED, gone int, k text COLLATE "C");
        ALTER TABLE types DROP COLUMN gone;
        INSERT INTO types VALUES ('x', B'10101', '{ab}', '1 day', 120, 'epoch', 'y', '{}',
          DEFAULT, 'a'), ('y', B'10101', '{ab}', '1 day', 120, 'epoch', 'y', '{}', DEFAULT, 'B');
        CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at);
        CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        INSERT INTO parts VALUES (1, '2026-02-03');
        DO $$BEGIN EXECUTE (SELECT 'CREATE TABLE wide (' || string_agg('c' || n || ' int', ', ')
          || ')' FROM generate_series(1, 1599) n); END$$;
        INSERT INTO wide (c1599) VALUES (3);
        CREATE TYPE mood AS ENUM ('sad', 'glad');
        CREATE DOMAIN price AS numeric(8, 2) CHECK (VALUE > 0);
        CREATE DOMAIN code AS text COLLATE "C";
        CREATE TYPE pair AS (a int, b int);
        CREATE TABLE kinds (mood mood, moods mood[], price price, code code, pair pair);
        INSERT INTO kinds VALUES ('sad', '{glad,sad}', 3, 'x', '(1,2)');
        """
            .formatted(longest, longest));
    scene.run("initialize");
    scene.onShard("acme", "ALTER TYPE mood ADD VALUE 'so so' BEFORE 'glad'");
    scene.run("initialize");
    assertThat(scene.run("plan"))
        .contains("note: column \"pair\" of everyone.kinds is left out")
        .doesNotContain("mood")
        .endsWith(Scene.NOTHING_TO_DO);
    for (String query :
        List.of(
            "SELECT \"Été {}?\", \"select\", u, t, \" \" FROM \"Größe \"\"x\"\" 'y' \\\""
                + " WHERE tenant = 'acme' -- 1|a\\b|u|t|5",
            "SELECT sum(id) FROM " + longest + " -- 21",
            "SELECT count(*) FROM empty -- 0",
            "SELECT c, b, v, i, n, at = 'epoch', \"char\", j, double FROM types"
                + " WHERE tenant = 'bolt' AND c = 'x'"
                + " -- x  |10101|{ab}|1 day|120|t|y|{}|2",
            "SELECT string_agg(k, '') FROM (SELECT k FROM types ORDER BY k) AS s -- BBBaaa",
            "SELECT tenant, id FROM parts WHERE at > '2026-02-01' AND tenant = 'cato' -- cato|1",
            "SELECT mood, moods, price, pg_typeof(moods), k FROM kinds, LATERAL (SELECT code) AS c (k)"
                + " WHERE tenant = 'acme' AND mood = 'sad' AND price = 3 AND code < 'y'"
                + " -- sad|{glad,sad}|3.00|text[]|x",
            "SELECT sum(c1599) FROM wide -- 9")) {
      String[] parts = query.split(" -- ", 2);
      assertThat(asReader(scene, parts[0])).as(parts[0]).containsExactly(parts[1]);
    }
    assertThat(asReader(scene, "SELECT relname FROM pg_class WHERE relname LIKE 'parts\\_%'"))
        .isEmpty();
    assertThat(plan(scene, "SELECT * FROM kinds WHERE mood = 'sad' AND price = 3"))
        .contains("WHERE ((mood = 'sad')) AND ((price = 3::numeric))");
  }

  @Test
  void theReaderReadsNothingElseAndWritesNothing() throws Exception {
    Scene scene = scene();
    scene.run("initialize");
    try (Client reader = scene.as("veneer", scene.readerRole())) {
      for (String forbidden :
          List.of(
              "INSERT INTO items VALUES ('acme', 9, 'x')",
              "UPDATE items SET note = 'x'",
              "DELETE FROM items",
              "TRUNCATE items",
              "ALTER TABLE items ADD x int",
              "SELECT FROM everyone_shards.\"items@shard1\"",
              "SELECT FROM " + scene.table("acme", "items"),
              "SELECT FROM ppp.tenant",
              "SELECT FROM ppp.everyone",
              "CREATE TABLE everyone.mine (id int)",
              "SELECT FROM pg_user_mapping",
              "SET ROLE " + scene.adminRole(),
              "CREATE TABLE public.mine (id int)")) {
        assertThat(reader.refusal(forbidden)).as(forbidden).isEqualTo(DENIED);
      }
      assertThat(reader.value("SELECT has_server_privilege('shard1', 'USAGE')")).isEqualTo("f");
    }
    try (Client reader = scene.as("shard1", scene.readerRole())) {
      for (String forbidden :
          List.of(
              "INSERT INTO " + scene.table("acme", "items") + " VALUES (9, 'x')",
              "DELETE FROM " + scene.table("acme", "items"),
              "SELECT FROM " + scene.table("acme", "flyway_schema_history"),
              "SELECT FROM ppp.tenant",
              "CREATE TABLE everyone.mine (id int)")) {
        assertThat(reader.refusal(forbidden)).as(forbidden).isEqualTo(DENIED);
      }
    }
  }

  @Test
  void noTenantCanUseIt() throws Exception {
    Scene scene = scene();
    scene.run("initialize");
    for (String role : List.of(scene.role("acme"), scene.appRole())) {
      for (String server : List.of("veneer", "shard1")) {
        try (Client tenant = scene.as(server, role)) {
          for (String forbidden :
              List.of(
                  "SELECT FROM everyone.items",
                  "SELECT FROM everyone.items()",
                  "SELECT FROM everyone_shards.\"items@shard1\"",
                  "SET ROLE " + scene.readerRole(),
                  "CREATE TABLE everyone.mine (id int)")) {
            assertThat(tenant.refusal(forbidden))
                .as("%s on %s as %s", forbidden, server, role)
                .isIn(DENIED, "3F000", "42P01", "42883");
          }
        }
      }
    }
  }

  @Test
  void followsMigrationsAndKeepsWhatWasBuiltOnIt() throws Exception {
    Scene scene = scene();
    scene.run("initialize");
    try (Client superuser = scene.superuser("veneer")) {
      superuser.execute("CREATE VIEW public.seen AS SELECT tenant, id FROM everyone.items");
      superuser.execute("ALTER VIEW public.seen OWNER TO " + scene.readerRole());
    }
    scene.migration(
        "V2__more.sql",
        """
        ALTER TABLE items ADD price numeric(8, 2) DEFAULT 1, ALTER COLUMN note TYPE varchar(99);
        CREATE TABLE later (id int);
        INSERT INTO later VALUES (1);
        """);
    scene.run("migrate");
    scene.isInStep();
    assertThat(asReader(scene, "SELECT sum(price), max(pg_typeof(note)::text) FROM items"))
        .containsExactly("9.00|character varying");
    assertThat(asReader(scene, "SELECT count(*) FROM later")).containsExactly("3");
    assertThat(asReader(scene, "SELECT count(*) FROM public.seen")).containsExactly("9");
    scene.migration("V3__less.sql", "ALTER TABLE items DROP COLUMN note; DROP TABLE later;");
    scene.run("migrate");
    scene.isInStep();
    assertThat(asReader(scene, "SELECT * FROM items WHERE tenant = 'cato' AND id = 1"))
        .containsExactly("cato|1|1.00");
    aViewThatNeedsAColumnStopsItByName(scene);
  }

  private static void aViewThatNeedsAColumnStopsItByName(Scene scene) throws Exception {
    try (Client superuser = scene.superuser("veneer")) {
      superuser.execute("CREATE VIEW public.prices AS SELECT price FROM everyone.items");
    }
    scene.migration("V4__none.sql", "ALTER TABLE items DROP COLUMN price;");
    InProcess.Result refused = scene.ppp("migrate");
    assertThat(refused.status()).isNotZero();
    assertThat(refused.err()).contains("alter table everyone.items", "prices");
    try (Client superuser = scene.superuser("veneer")) {
      superuser.execute("DROP VIEW public.prices");
    }
    scene.run("initialize");
    scene.isInStep();
    assertThat(asReader(scene, "SELECT * FROM items WHERE tenant = 'cato' AND id = 1"))
        .containsExactly("cato|1");
  }

  @Test
  void tellsWhatDiffersAndStandsInNobodysWay() throws Exception {
    Scene scene = scene();
    scene.run("initialize");
    scene.onShard("acme", "ALTER TABLE items ADD only_acme int, DROP COLUMN note");
    scene.onShard("bolt", "DROP TABLE items");
    scene.onShard("cato", "CREATE TABLE mine (id int)");
    try (Client reader = scene.as("veneer", scene.readerRole())) {
      assertThat(reader.refusal("SELECT note FROM items WHERE tenant = 'acme'")).isEqualTo("42703");
    }
    scene.run("initialize");
    assertThat(scene.run("plan"))
        .contains(
            "note: table everyone.items has not everyone: tenant \"bolt\" is without it",
            "note: column \"note\" of everyone.items is left out: tenant \"acme\" is without it",
            "note: column \"only_acme\" of everyone.items is left out:"
                + " tenant \"cato\" is without it",
            "note: table everyone.mine has not everyone:"
                + " tenants \"acme\", \"bolt\" are without it")
        .endsWith(Scene.NOTHING_TO_DO);
    assertThat(asReader(scene, "SELECT tenant, max(id) FROM items GROUP BY 1 ORDER BY 1"))
        .containsExactly("acme|3", "cato|3");
  }

  @Test
  void mendsWhatSomebodyElseDropped() throws Exception {
    Scene scene = scene();
    scene.run("initialize");
    try (Client superuser = scene.superuser("shard1")) {
      superuser.execute("DROP VIEW everyone.items");
    }
    try (Client superuser = scene.superuser("veneer")) {
      superuser.execute("DROP FOREIGN TABLE everyone_shards.\"items@shard2\"");
      superuser.execute(
          "ALTER ROLE "
              + scene.readerRole()
              + " IN DATABASE "
              + scene.database()
              + " RESET enable_partitionwise_aggregate");
      superuser.execute("REVOKE ALL ON everyone.items FROM " + scene.readerRole());
    }
    try (Client superuser = scene.superuser("shard2")) {
      superuser.execute("REVOKE ALL ON SCHEMA everyone FROM " + scene.readerRole());
    }
    assertThat(scene.run("plan"))
        .contains("+ view           everyone.items", "~ table          everyone.items");
    scene.run("initialize");
    scene.isInStep();
    assertThat(asReader(scene, "SELECT count(*) FROM items")).containsExactly("9");
    assertThat(asReader(scene, "SHOW enable_partitionwise_aggregate")).containsExactly("on");
    scene.run("secrets", "rotate", scene.readerRole(), "--yes");
    assertThat(asReader(scene, "SELECT count(*) FROM items")).containsExactly("9");
  }

  @Test
  void staysAsItIsWhileAShardIsAway() throws Exception {
    Scene scene = scene();
    scene.run("initialize");
    int port = scene.place("shard2").port;
    scene.place("shard2").port = TestServer.freePort();
    scene.write();
    for (String tenant : List.of("acme", "cato")) {
      scene.onShard(tenant, "CREATE TABLE more (id int)");
    }
    assertThat(scene.ppp("initialize").status()).isEqualTo(4);
    try (Client reader = scene.as("veneer", scene.readerRole())) {
      assertThat(reader.value("SELECT count(*) FROM items WHERE tenant = 'acme'")).isEqualTo("3");
      assertThat(reader.refusal("SELECT FROM more")).isEqualTo("42P01");
    }
    scene.place("shard2").port = port;
    scene.write();
    scene.run("initialize");
    assertThat(asReader(scene, "SELECT count(*) FROM more")).containsExactly("0");
  }

  @Test
  void isSwitchedOnAndOffAndTakenDown() throws Exception {
    Scene scene = scene();
    scene.everyone(false);
    scene.run("initialize");
    try (Client superuser = scene.superuser("veneer")) {
      assertThat(superuser.value(SCHEMAS)).isEqualTo("0");
    }
    scene.everyone(true);
    scene.run("initialize");
    scene.isInStep();
    assertThat(asReader(scene, "SELECT count(*) FROM items")).containsExactly("9");
    scene.everyone(false);
    scene.run("initialize");
    scene.isInStep();
    for (String server : List.of("veneer", "shard1", "shard2")) {
      try (Client superuser = scene.superuser(server)) {
        assertThat(superuser.value(SCHEMAS)).isEqualTo("0");
        assertThat(
                superuser.value(
                    "SELECT rolcanlogin FROM pg_roles WHERE rolname = '"
                        + scene.readerRole()
                        + "'"))
            .isEqualTo("f");
      }
    }
    scene.everyone(true);
    scene.run("initialize");
    scene.isInStep();
    withoutATenantTheOthersAreRead(scene);
    leavesNothing(scene);
  }

  private static void withoutATenantTheOthersAreRead(Scene scene) throws Exception {
    scene.run("teardown", "--tenant", "cato", "--drop-data", "--yes");
    assertThat(asReader(scene, "SELECT tenant, count(*) FROM items GROUP BY 1 ORDER BY 1"))
        .containsExactly("acme|3", "bolt|3");
  }

  private static void leavesNothing(Scene scene) throws Exception {
    scene.run("teardown", "--all", "--drop-data", "--yes");
    for (String server : List.of("veneer", "shard1", "shard2")) {
      try (Client superuser = scene.superuser(server)) {
        assertThat(superuser.value(SCHEMAS)).isEqualTo("0");
        assertThat(
                superuser.value(
                    "SELECT count(*) FROM pg_roles WHERE rolname LIKE '"
                        + scene.database()
                        + "\\_%'"))
            .isEqualTo("0");
      }
    }
  }
}
