package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;

/** What a tenant may take of the servers that it shares. */
class LimitsIT {

  private static final String DENIED = "42501";
  private static final String DONE = "00000";

  @TempDir private Path folder;

  @EveryPostgres
  void holdATenantAndGoWithTheirKeys(PostgresVersion version) throws Exception {
    Scene scene =
        new Scene(folder, TestServer.shared("a", version), TestServer.shared("b", version));
    scene.limits(
        "acme",
        "connection_limit: 2, statement_timeout: 300ms, work_mem: 1MB, temp_file_limit: 64kB");
    scene.run("initialize");
    scene.isInStep();
    for (String server : List.of("veneer", "shard1")) {
      try (Client acme = scene.as(server, scene.role("acme"));
          Client second = scene.as(server, scene.role("acme"))) {
        assertThat(second.value("SELECT count(*) FROM items")).isEqualTo("3");
        assertThatThrownBy(() -> scene.as(server, scene.role("acme")).close())
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("53300"));
        isHeld(acme);
        triesToLiftThem(acme, scene.role("acme"));
      }
    }
    assertThat(scene.run("plan")).contains("~ role", scene.role("acme"));
    scene.run("initialize");
    scene.isInStep();
    scene.limits("acme", "work_mem: 2MB");
    assertThat(scene.run("plan", "--sql")).contains("RESET \"statement_timeout\"");
    changesOfOtherRolesStay(scene);
    scene.isInStep();
    try (Client acme = scene.as("veneer", scene.role("acme"))) {
      assertThat(acme.value("SHOW statement_timeout")).isEqualTo("0");
      assertThat(acme.value("SHOW work_mem")).isEqualTo("2MB");
      assertThat(acme.value("SHOW temp_file_limit")).isEqualTo("-1");
    }
  }

  private static void isHeld(Client acme) throws SQLException {
    assertThat(acme.value("SHOW work_mem")).isEqualTo("1MB");
    assertThat(acme.refusal("SELECT pg_sleep(60)")).isEqualTo("57014");
    assertThat(
            acme.refusal(
                "SET statement_timeout = 0; SELECT count(*) FROM"
                    + " (SELECT n::text FROM generate_series(1, 200000) AS n ORDER BY 1) AS s"))
        .isEqualTo("53400");
  }

  /** It can change its role's defaults, and no more. */
  private static void triesToLiftThem(Client acme, String role) {
    for (String forbidden :
        List.of(
            "SET temp_file_limit = -1",
            "ALTER ROLE " + role + " SET temp_file_limit = -1",
            "ALTER ROLE " + role + " RESET temp_file_limit",
            "ALTER ROLE " + role + " CONNECTION LIMIT -1")) {
      assertThat(acme.refusal(forbidden)).as(forbidden).isEqualTo(DENIED);
    }
    for (String possible :
        List.of(
            "SET statement_timeout = 0",
            "SET work_mem = '1GB'",
            "ALTER ROLE " + role + " RESET statement_timeout",
            "ALTER ROLE " + role + " SET work_mem = '1GB'",
            "ALTER ROLE " + role + " RESET ALL")) {
      assertThat(acme.refusal(possible)).as(possible).isEqualTo(DONE);
    }
  }

  /** shards.yaml says nothing about those of the shared roles. */
  private static void changesOfOtherRolesStay(Scene scene) throws SQLException {
    try (Client superuser = scene.superuser("veneer")) {
      superuser.execute("ALTER ROLE " + scene.appRole() + " CONNECTION LIMIT 50");
    }
    scene.run("initialize");
    try (Client superuser = scene.superuser("veneer")) {
      assertThat(
              superuser.value(
                  "SELECT rolconnlimit FROM pg_roles WHERE rolname = '" + scene.appRole() + "'"))
          .isEqualTo("50");
    }
  }
}
