package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;

/** What the veneer shows belongs to a role that nobody logs in as. */
class MirrorOwnerIT {

  private static final String DENIED = "42501";
  private static final String OWNERS =
      """
      SELECT DISTINCT pg_catalog.pg_get_userbyid(o.owner)
      FROM (
        SELECT c.relowner AS owner FROM pg_catalog.pg_class AS c WHERE c.relkind IN ('f', 'p')
        UNION ALL SELECT t.typowner FROM pg_catalog.pg_type AS t
        JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
        WHERE t.typtype IN ('e', 'd', 'r', 'm') AND n.nspname LIKE 'acme%'
        UNION ALL SELECT n.nspowner FROM pg_catalog.pg_namespace AS n
        WHERE n.nspname ~ '^(acme|everyone)') AS o""";

  @TempDir private Path folder;

  private Scene scene(PostgresVersion version) throws Exception {
    Scene scene =
        new Scene(folder, TestServer.shared("a", version), TestServer.shared("b", version));
    scene.everyone(true);
    scene.migration(
        "V2__moods.sql",
        """
        CREATE TYPE mood AS ENUM ('sad', 'happy');
        CREATE DOMAIN short AS varchar(9);
        CREATE TYPE span AS RANGE (subtype = float8);
        CREATE TYPE pair AS (a int, b text);
        CREATE TABLE feelings (id serial, mood mood, name short, span span, pair pair);
        """);
    scene.run("initialize");
    return scene;
  }

  @EveryPostgres
  void nobodyWhoLogsInCanChangeWhatTheVeneerShows(PostgresVersion version) throws Exception {
    Scene scene = scene(version);
    try (Client superuser = scene.superuser("veneer")) {
      assertThat(superuser.rows(OWNERS)).containsExactly(scene.mirrorRole());
      assertThat(
              superuser.value(
                  "SELECT rolcanlogin::text || (rolpassword IS NULL) FROM pg_authid"
                      + " WHERE rolname = '"
                      + scene.mirrorRole()
                      + "'"))
          .isEqualTo("falsetrue");
    }
    String items = scene.table("acme", "items");
    for (String role : List.of(scene.role("acme"), scene.appRole(), scene.adminRole())) {
      try (Client client = scene.as("veneer", role)) {
        for (String forbidden :
            List.of(
                "ALTER TABLE " + items + " ADD COLUMN x int",
                "ALTER FOREIGN TABLE " + items + " OPTIONS (SET table_name 'feelings')",
                "ALTER FOREIGN TABLE " + items + " OWNER TO CURRENT_USER",
                "DROP FOREIGN TABLE " + items,
                "DROP SCHEMA " + scene.schema("acme") + " CASCADE",
                "ALTER TYPE " + scene.table("acme", "mood") + " ADD VALUE 'x'",
                "DROP TYPE " + scene.table("acme", "short") + " CASCADE",
                "CREATE FOREIGN TABLE public.x (id int) SERVER shard1",
                "SET ROLE " + scene.mirrorRole(),
                "GRANT " + scene.mirrorRole() + " TO CURRENT_USER")) {
          assertThat(client.refusal(forbidden)).as("%s: %s", role, forbidden).isEqualTo(DENIED);
        }
        assertThat(client.value("SELECT has_server_privilege('shard1', 'USAGE')")).isEqualTo("f");
      }
    }
    theAdminMayUseAllThatIsShown(scene);
    isInStep(scene);
    whoeverTriesToChangeItIsToldOfMigrations(scene);
  }

  /** But for notes of what everyone's tables leave out. */
  private static void isInStep(Scene scene) {
    assertThat(scene.run("plan")).endsWith(Scene.NOTHING_TO_DO);
  }

  private static void theAdminMayUseAllThatIsShown(Scene scene) throws SQLException {
    String items = scene.table("acme", "items");
    try (Client admin = scene.as("veneer", scene.adminRole())) {
      admin.execute("INSERT INTO " + items + " VALUES (9, 'x')");
      admin.execute("UPDATE " + items + " SET note = 'y' WHERE id = 9");
      admin.execute("CREATE VIEW " + scene.table("acme", "few") + " AS SELECT id FROM " + items);
      assertThat(admin.value("SELECT count(*) FROM " + scene.table("acme", "few"))).isEqualTo("4");
      admin.execute("DROP VIEW " + scene.table("acme", "few"));
      admin.execute("DELETE FROM " + items + " WHERE id = 9");
      admin.execute("TRUNCATE " + scene.table("acme", "feelings"));
    }
  }

  /** Whoever they are, and whatever they may do. */
  private static void whoeverTriesToChangeItIsToldOfMigrations(Scene scene) throws SQLException {
    String items = scene.table("acme", "items");
    try (Client superuser = scene.superuser("veneer")) {
      for (String ddl :
          List.of(
              "ALTER TABLE " + items + " ADD COLUMN x int",
              "ALTER FOREIGN TABLE " + items + " RENAME TO others",
              "ALTER FOREIGN TABLE " + items + " SET SCHEMA public",
              "ALTER TABLE " + items + " OWNER TO " + scene.adminRole(),
              "ALTER TYPE " + scene.table("acme", "mood") + " ADD VALUE 'x'",
              "ALTER DOMAIN " + scene.table("acme", "short") + " SET NOT NULL",
              "DROP FOREIGN TABLE " + items,
              "DROP SCHEMA " + scene.schema("acme") + " CASCADE",
              "DROP SERVER shard1 CASCADE")) {
        assertThat(superuser.words(ddl)).as(ddl).contains("ERROR: ", "`ppp migrate`");
      }
      String made = "CREATE TABLE " + scene.table("acme", "mine") + " AS SELECT 1 AS id";
      assertThat(superuser.words(made)).contains("WARNING: ", ".mine is on the veneer", "ppp mi");
      for (String others :
          List.of(
              "ALTER TABLE " + scene.table("acme", "mine") + " ADD COLUMN x int",
              "DROP TABLE " + scene.table("acme", "mine"),
              "CREATE SCHEMA own CREATE TABLE t (id int) CREATE VIEW v AS SELECT * FROM " + items,
              "ALTER TABLE own.t ADD COLUMN x int",
              "CREATE TEMPORARY TABLE short_lived (id int)",
              "DROP TABLE short_lived",
              "ANALYZE " + items,
              "COMMENT ON FOREIGN TABLE " + items + " IS 'x'",
              "GRANT SELECT ON own.v TO " + scene.adminRole(),
              "DROP SCHEMA own CASCADE",
              "SET ppp.ddl = on",
              "ALTER FOREIGN TABLE " + items + " ADD COLUMN x int")) {
        assertThat(superuser.words(others)).as(others).doesNotContain("ERROR", "ppp");
      }
    }
    whoMayNotAnywayIsTold(scene, items);
    try (Client superuser = scene.superuser("veneer")) {
      superuser.execute("DROP EVENT TRIGGER ppp_drop_guard");
    }
    assertThat(scene.run("plan"))
        .contains("~ ledger         ppp", "~ foreign table  " + scene.schema("acme") + ".items");
    scene.run("initialize");
    isInStep(scene);
  }

  private static void whoMayNotAnywayIsTold(Scene scene, String items) throws SQLException {
    String alter = "ALTER TABLE " + items + " ADD COLUMN x int";
    for (String role : List.of(scene.role("acme"), scene.appRole(), scene.adminRole())) {
      try (Client client = scene.as("veneer", role)) {
        assertThat(client.words(alter)).contains("must be owner of", "`ppp migrate`");
        if (!role.equals(scene.adminRole())) {
          assertThat(client.words("CREATE TABLE " + scene.table("acme", "x (id int)")))
              .contains("permission denied", "`ppp migrate`");
        }
      }
    }
    try (Client admin = scene.as("veneer", scene.adminRole())) {
      assertThat(admin.words("CREATE TABLE public.own (id int)")).isEmpty();
      assertThat(admin.words("ALTER TABLE public.own ADD COLUMN x int")).isEmpty();
      assertThat(admin.words("ALTER FOREIGN TABLE " + items + " ADD COLUMN x int"))
          .contains("must be owner of", "`ppp migrate`");
      assertThat(admin.words("DROP TABLE public.own")).isEmpty();
    }
  }

  /** As ppp made them before there was such a role. */
  @Test
  void givesItWhatBelongedToTheAdmin() throws Exception {
    Scene scene = scene(PostgresVersion.embedded());
    try (Client superuser = scene.superuser("veneer")) {
      superuser.execute(
          "REASSIGN OWNED BY %s TO %s; DROP OWNED BY %1$s; DROP ROLE %1$s"
              .formatted(scene.mirrorRole(), scene.adminRole()));
      superuser.execute(
          "GRANT USAGE ON FOREIGN SERVER shard1 TO "
              + scene.adminRole()
              + "; DELETE FROM ppp.object WHERE name LIKE '"
              + scene.mirrorRole()
              + "%'; UPDATE ppp.tenant SET source = '2:x'; UPDATE ppp.everyone SET source = 'x'");
    }
    var early = scene.ppp("migrate");
    assertThat(early.status()).as(early.out() + early.err()).isEqualTo(5);
    assertThat(early.err()).contains(scene.mirrorRole(), "Run `ppp initialize`");
    assertThat(scene.run("plan"))
        .contains(
            "+ role           " + scene.mirrorRole(),
            "~ schema         " + scene.schema("acme"),
            "+ user mapping   " + scene.mirrorRole() + "@shard1",
            "~ foreign server shard1",
            "~ type           " + scene.schema("acme") + ".mood",
            "~ foreign table  " + scene.schema("acme") + ".items");
    scene.run("initialize");
    isInStep(scene);
    scene.showsEveryTenant(3);
    try (Client superuser = scene.superuser("veneer")) {
      assertThat(superuser.rows(OWNERS)).containsExactly(scene.mirrorRole());
      superuser.execute("SET ROLE " + scene.mirrorRole());
      superuser.execute("ANALYZE " + scene.table("acme", "items"));
      superuser.execute("RESET ROLE; SET ppp.ddl = on");
      superuser.execute(
          "ALTER FOREIGN TABLE %s OWNER TO %s"
              .formatted(scene.table("acme", "items"), scene.adminRole()));
    }
    assertThat(scene.run("plan", "--sql"))
        .contains("OWNER TO \"" + scene.mirrorRole() + "\"")
        .doesNotContain("\"feelings\"");
    scene.run("initialize");
    isInStep(scene);
    scene.run("teardown", "--all", "--yes");
    try (Client superuser = scene.superuser("veneer")) {
      assertThat(
              superuser.rows(
                  "SELECT rolname FROM pg_roles WHERE rolname = '" + scene.mirrorRole() + "'"))
          .isEmpty();
    }
  }
}
