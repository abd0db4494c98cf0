package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.testing.TestServer;

/** {@code cross_tenant_joins: forbidden}. */
class JoinsIT {

  private static final String DENIED = "42501";
  private static final String DONE = "00000";
  private static final List<String> SERVERS = List.of("veneer", "shard1");

  @TempDir private Path folder;

  @Test
  void nobodyButTheAdminCanNameTwoTenantsInOneStatement() throws Exception {
    Scene scene = new Scene(folder, TestServer.shared("a"), TestServer.shared("b"));
    scene.tenant("bolt", "shard1");
    scene.run("initialize");
    mayJoin(scene, List.of(scene.appRole(), scene.adminRole()));

    scene.line("cross_tenant_joins: forbidden");
    try (Client open = scene.as("veneer", scene.appRole())) {
      assertThat(open.refusal(join(scene))).isEqualTo(DONE);
      String plan = scene.run("plan", "--sql");
      assertThat(plan).contains("~ role", "REVOKE").doesNotContain("GRANT");
      scene.run("initialize");
      assertThat(open.refusal(join(scene))).isEqualTo(DENIED);
    }
    scene.isInStep();
    mayJoin(scene, List.of(scene.adminRole()));
    closesOtherWays(scene);

    scene.withoutLine("cross_tenant_joins: forbidden");
    scene.run("initialize");
    scene.isInStep();
    mayJoin(scene, List.of(scene.appRole(), scene.adminRole()));
  }

  /** That somebody opens for one of the roles. */
  private static void closesOtherWays(Scene scene) throws SQLException {
    String enters = "SELECT has_schema_privilege('" + scene.schema("acme") + "', 'USAGE')";
    for (String server : SERVERS) {
      try (Client own = scene.as(server, scene.role("bolt"));
          Client superuser = scene.superuser(server)) {
        superuser.execute(
            "GRANT USAGE ON SCHEMA %s TO %s; GRANT SELECT ON %s TO %2$s"
                .formatted(scene.schema("acme"), scene.role("bolt"), scene.table("acme", "items")));
        assertThat(own.value(enters)).isEqualTo("t");
      }
    }
    scene.run("initialize");
    for (String server : SERVERS) {
      try (Client own = scene.as(server, scene.role("bolt"))) {
        assertThat(own.value("SELECT count(*) FROM items")).isEqualTo("3");
        assertThat(own.value(enters)).isEqualTo("f");
        assertThat(own.refusal(join(scene))).isEqualTo(DENIED);
      }
    }
  }

  private static String join(Scene scene) {
    return "SELECT FROM "
        + scene.table("acme", "items AS a")
        + " JOIN "
        + scene.table("bolt", "items AS b")
        + " USING (id)";
  }

  /** Of all roles that ppp made, on both sides; with SET ROLE to each other too. */
  private static void mayJoin(Scene scene, List<String> who) throws SQLException {
    List<String> all =
        List.of(scene.role("acme"), scene.role("bolt"), scene.appRole(), scene.adminRole());
    for (String server : SERVERS) {
      for (String role : all) {
        try (Client client = scene.as(server, role)) {
          assertThat(client.refusal(join(scene)))
              .as("%s on %s", role, server)
              .isEqualTo(who.contains(role) ? DONE : DENIED);
          if (!who.contains(role)) {
            for (String other : all) {
              if (!other.equals(role)) {
                assertThat(client.refusal("SET ROLE " + other)).isEqualTo(DENIED);
              }
            }
          }
        }
      }
    }
  }
}
