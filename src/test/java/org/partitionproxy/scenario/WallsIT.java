package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.Running;
import org.partitionproxy.testing.TestServer;

/** Who may do what, after initialize. */
class WallsIT {

  private static final String DENIED = "42501";
  private static final String DONE = "00000";

  @TempDir private Path folder;

  @EveryPostgres
  void aTenantReachesItsOwnSchemaAndNothingElse(PostgresVersion version) throws Exception {
    Scene scene =
        new Scene(folder, TestServer.shared("a", version), TestServer.shared("b", version));
    scene.tenant("bolt", "shard1");
    scene.migration("V2__ids.sql", "CREATE TABLE ids (id bigserial PRIMARY KEY, note text);");
    scene.run("initialize");
    for (String server : List.of("veneer", "shard1")) {
      try (Client acme = scene.as(server, scene.role("acme"))) {
        usesItsOwn(scene, acme);
        for (String forbidden :
            List.of(
                "SELECT FROM " + scene.table("bolt", "items"),
                "INSERT INTO " + scene.table("bolt", "items") + " VALUES (9, 'x')",
                "SELECT FROM " + scene.table("acme", "flyway_schema_history"),
                "CREATE TABLE " + scene.table("acme", "mine") + " (id int)",
                "ALTER " + kind(server) + " " + scene.table("acme", "items") + " ADD x int",
                "SELECT FROM ppp.tenant",
                "SELECT FROM ppp.object",
                "CREATE SCHEMA mine",
                "CREATE TABLE public.mine (id int)",
                "SET ROLE " + scene.role("bolt"),
                "SET ROLE " + scene.adminRole(),
                "SELECT rolpassword FROM pg_authid")) {
          assertThat(acme.refusal(forbidden))
              .as("%s on %s", forbidden, server)
              .isIn(DENIED, "42P01");
        }
      }
    }
    hidesTheWayToTheShards(scene);
    showsAllTenantsToTheApplication(scene);
    opensOnItsSchemaBothWays(scene);
    laterTablesAreUsable(scene);
  }

  private static String kind(String server) {
    return server.equals("veneer") ? "FOREIGN TABLE" : "TABLE";
  }

  private static void usesItsOwn(Scene scene, Client acme) throws Exception {
    assertThat(acme.value("SHOW search_path")).isEqualTo(scene.schema("acme"));
    for (String allowed :
        List.of(
            "INSERT INTO items VALUES (10, 'ten')",
            "UPDATE items SET note = 'zehn' WHERE id = 10",
            "DELETE FROM items WHERE id = 10")) {
      assertThat(acme.refusal(allowed)).as(allowed).isEqualTo(DONE);
    }
    assertThat(acme.value("SELECT count(*) FROM items")).isEqualTo("3");
  }

  /** With USAGE on a foreign server a role could read the password in its own mapping. */
  private static void hidesTheWayToTheShards(Scene scene) throws Exception {
    for (String role : List.of(scene.role("acme"), scene.appRole())) {
      try (Client client = scene.as("veneer", role)) {
        assertThat(client.value("SELECT has_server_privilege('shard1', 'USAGE')")).isEqualTo("f");
        assertThat(client.refusal("SELECT FROM pg_user_mappings")).isEqualTo(DENIED);
        assertThat(client.refusal("SELECT FROM pg_user_mapping")).isEqualTo(DENIED);
        assertThat(client.refusal("CREATE FOREIGN TABLE x (id int) SERVER shard1"))
            .isNotEqualTo(DONE);
        assertThat(
                client.refusal(
                    "ALTER USER MAPPING FOR CURRENT_USER SERVER shard1 OPTIONS (SET user 'x')"))
            .isEqualTo(DENIED);
        assertThat(
                client.rows(
                    "SELECT relname FROM pg_class WHERE relname = 'flyway_schema_history'"
                        + " AND relnamespace = '"
                        + scene.schema("acme")
                        + "'::regnamespace"))
            .isEmpty();
      }
    }
  }

  private static void showsAllTenantsToTheApplication(Scene scene) throws Exception {
    for (String server : List.of("veneer", "shard1")) {
      try (Client app = scene.as(server, scene.appRole())) {
        assertThat(
                app.value(
                    "SELECT count(*) FROM (SELECT * FROM "
                        + scene.table("acme", "items")
                        + " UNION ALL SELECT * FROM "
                        + scene.table("bolt", "items")
                        + ") AS i"))
            .isEqualTo("6");
        assertThat(app.refusal("SELECT FROM ppp.tenant")).isEqualTo(DENIED);
        assertThat(app.refusal("SET ROLE " + scene.adminRole())).isEqualTo(DENIED);
      }
    }
  }

  /** By {@code ppp psql}, and by the role's own search_path for whoever comes another way. */
  private static void opensOnItsSchemaBothWays(Scene scene) throws Exception {
    String question =
        "SELECT count(*) || ' items for ' || current_user || ' in ' || current_database()"
            + " || ' on ' || current_setting('search_path') FROM items";
    String schema = scene.schema("acme");
    for (String server : List.of("veneer", "shard1")) {
      String via = server.equals("veneer") ? "veneer" : "shard";
      String answer =
          "3 items for " + scene.role("acme") + " in " + scene.place(server).database + " on ";
      assertThat(scene.run("psql", "acme", "--via", via, "--builtin", "-c", question))
          .contains(answer + schema);
      Running psql = scene.start("psql", "acme", "--via", via, "-c", question);
      assertThat(psql.status()).as(psql.err()).isZero();
      assertThat(psql.out()).containsPattern(answer + "\"?" + schema);
      try (Client other = scene.as(server, scene.role("acme"))) {
        assertThat(other.value(question)).isEqualTo(answer + schema);
      }
    }
    assertThat(scene.run("psql", "acme", "--builtin", "-c", question))
        .contains(" in " + scene.place("shard1").database + " on ");
  }

  /** By default privileges on the shard, which the mirror's grants follow. */
  private static void laterTablesAreUsable(Scene scene) throws Exception {
    scene.migration("V3__later.sql", "CREATE TABLE later (id bigserial PRIMARY KEY, note text);");
    scene.run("migrate");
    try (Client acme = scene.as("shard1", scene.role("acme"))) {
      acme.execute("INSERT INTO later (note) VALUES ('one')");
      acme.execute("INSERT INTO ids (note) VALUES ('one')");
    }
    try (Client acme = scene.as("veneer", scene.role("acme"))) {
      assertThat(acme.value("SELECT note FROM later")).isEqualTo("one");
      acme.execute("UPDATE later SET note = 'two'");
    }
    try (Client app = scene.as("veneer", scene.appRole())) {
      assertThat(app.value("SELECT note FROM " + scene.table("acme", "later"))).isEqualTo("two");
    }
  }
}
