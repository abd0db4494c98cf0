package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;

/** A tenant with its own password and bad intentions: {@code docs/isolation.md} rests on this. */
class HostileTenantIT {

  private static final List<String> SERVERS = List.of("veneer", "shard1");

  @TempDir private Path folder;

  @EveryPostgres
  void getsNothingOfAnotherTenant(PostgresVersion version) throws Exception {
    Scene scene = scene(version);
    for (String server : SERVERS) {
      try (Client victim = scene.as(server, scene.role("bolt"));
          Client hostile = scene.as(server, scene.role("acme"))) {
        Map<String, String> names = names(scene, server, victim);
        victim.rows("SELECT 'the secret of bolt'");
        SoftAssertions all = new SoftAssertions();
        for (Attempt attempt : HostileAttempts.all()) {
          compare(all, server, hostile, names, attempt);
        }
        for (Attempt attempt : HostileAttempts.possible()) {
          compare(all, server, hostile, names, attempt);
        }
        all.assertAll();
        assertThat(victim.value("SELECT 1")).isEqualTo("1");
      }
      staysOutOfOtherDatabases(scene, server);
      hostileLockHoldsNobodyUp(scene, server);
    }
    everybodyElseGoesOn(scene);
    scene.isInStep();
  }

  private Scene scene(PostgresVersion version) throws Exception {
    Scene scene =
        new Scene(folder, TestServer.shared("a", version), TestServer.shared("b", version));
    scene.tenant("bolt", "shard1");
    scene.migration("V2__ids.sql", "CREATE TABLE ids (id bigserial PRIMARY KEY, note text);");
    assertThat(scene.run("plan")).contains("public rights");
    scene.run("initialize");
    scene.isInStep();
    try (Client superuser = scene.superuser("veneer")) {
      superuser.execute("CREATE EXTENSION dblink; CREATE EXTENSION pg_stat_statements");
    }
    assertThat(scene.run("plan")).contains("public rights");
    scene.run("initialize");
    return scene;
  }

  private static Map<String, String> names(Scene scene, String server, Client victim)
      throws SQLException {
    Map<String, String> names = new LinkedHashMap<>();
    names.put("own", scene.schema("acme"));
    names.put("theirs", scene.schema("bolt"));
    names.put("me", scene.role("acme"));
    names.put("them", scene.role("bolt"));
    names.put("admin", scene.adminRole());
    names.put("app", scene.appRole());
    names.put("database", scene.place(server).database);
    names.put("oid", victim.value("SELECT 'items'::regclass::oid"));
    names.put("pid", victim.value("SELECT pg_backend_pid()"));
    names.put(
        "lo", server.equals("veneer") ? "1" : victim.value("SELECT lo_from_bytea(0, 'secret')"));
    return names;
  }

  private static void compare(
      SoftAssertions all, String server, Client client, Map<String, String> names, Attempt attempt)
      throws SQLException {
    if (attempt.door().isOn(server)) {
      String sql = filled(attempt.sql(), names);
      all.assertThat(client.outcome(sql))
          .as("%s on %s", sql, server)
          .isEqualTo(filled(attempt.expected(), names));
    }
  }

  private static String filled(String text, Map<String, String> names) {
    String filled = text;
    for (var name : names.entrySet()) {
      filled = filled.replace("[" + name.getKey() + "]", name.getValue());
    }
    return filled;
  }

  private static void staysOutOfOtherDatabases(Scene scene, String server) {
    int port = scene.place(server).server.port();
    String own = scene.password(scene.role("acme"));
    for (String database : List.of("postgres", "template1")) {
      assertThatThrownBy(() -> new Client(port, database, scene.role("acme"), own).close())
          .as("%s of %s", database, server)
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
    }
    assertThatThrownBy(
            () -> new Client(port, scene.place(server).database, scene.role("bolt"), own).close())
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
  }

  /** A lock belongs to a database, and ppp's to one that tenants can't enter. */
  private static void hostileLockHoldsNobodyUp(Scene scene, String server) throws SQLException {
    CRC32 crc = new CRC32();
    crc.update(scene.name().getBytes(StandardCharsets.UTF_8));
    try (Client hostile = scene.as(server, scene.role("acme"))) {
      assertThat(
              hostile.value(
                  "SELECT pg_try_advisory_lock(%d, %d)".formatted(0x707070, (int) crc.getValue())))
          .isEqualTo("t");
      scene.run("initialize");
    }
  }

  private static void everybodyElseGoesOn(Scene scene) throws SQLException {
    for (String server : SERVERS) {
      String kind = server.equals("veneer") ? "FOREIGN TABLE" : "TABLE";
      for (String role : List.of(scene.role("acme"), scene.appRole(), scene.adminRole())) {
        try (Client client = scene.as(server, role)) {
          String items = scene.table("acme", "items");
          assertThat(client.value("SELECT count(*) FROM " + items)).isEqualTo("3");
          assertThat(client.rows("EXPLAIN (VERBOSE, ANALYZE) SELECT * FROM " + items)).isNotEmpty();
          assertThat(client.tablesAndColumns(scene.schema("acme")))
              .as("%s on %s", role, server)
              .contains("items " + kind, "items.id", "items.note", "ids.note");
          assertThat(client.refusal("SELECT ftoptions FROM pg_foreign_table"))
              .as("psql's \\d of a foreign table, %s on %s", role, server)
              .isEqualTo(mayReadForeignCatalogs(scene, server, role) ? "00000" : "42501");
        }
      }
    }
  }

  /**
   * The owner needs it at both ends, as migrations read the shape of tables; psql on the veneer.
   */
  private static boolean mayReadForeignCatalogs(Scene scene, String server, String role) {
    return role.equals(scene.adminRole())
        || (server.equals("veneer") && role.equals(scene.appRole()));
  }

  /** Others may rely on what everybody may do in a database that was there before. */
  @Test
  void leavesTheRightsOfADatabaseThatItDidNotMake() throws Exception {
    Scene scene = new Scene(folder, TestServer.shared("a"), TestServer.shared("b"));
    try (Client superuser = scene.superuser("shard1", "postgres")) {
      superuser.execute("CREATE DATABASE " + scene.place("shard1").database);
    }
    scene.run("initialize");
    assertThat(scene.run("plan"))
        .contains("everybody can see others' sessions", scene.place("shard1").database)
        .doesNotContain("public rights");
    try (Client tenant = scene.as("shard1", scene.role("acme"))) {
      assertThat(tenant.rows("SELECT pid FROM pg_stat_activity")).isNotEmpty();
    }
  }
}
