package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.GoldenFile;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;

/**
 * {@code docs/compatibility.md} says what happens when a feature of SQL is used through the veneer,
 * and on the shard itself.
 */
class CompatibilityIT {

  /** Tells whether anything was written on the server since. */
  private static final String NEXT_TRANSACTION = "SELECT pg_snapshot_xmax(pg_current_snapshot())";

  @TempDir private Path folder;

  private Scene scene(PostgresVersion version) throws Exception {
    Scene scene =
        new Scene(folder, TestServer.shared("a", version), TestServer.shared("b", version));
    scene.withoutMigrations();
    scene.run("initialize");
    try (Client superuser = scene.superuser("shard1")) {
      superuser.execute("CREATE EXTENSION hstore; CREATE EXTENSION citext");
    }
    try (Client owner = owner(scene)) {
      owner.execute(
          CompatibilityCase.text("schema.sql")
              .replace("--18 ", version.major() >= 18 ? "" : "-- ")
              .replace("{schema}", scene.schema("acme"))
              .replace("{role}", scene.role("acme")));
    }
    scene.run("initialize");
    scene.isInStep();
    return scene;
  }

  private static Client owner(Scene scene) throws SQLException {
    Client owner = scene.as("shard1", scene.adminRole());
    owner.execute("SET search_path = \"" + scene.schema("acme") + "\"");
    return owner;
  }

  @EveryPostgres
  void theDocumentSaysWhatBecomesOfEachFeature(PostgresVersion version) throws Exception {
    assumeTrue(CompatibilityDocument.VERSIONS.contains(version.major()));
    Map<String, String> seen = new LinkedHashMap<>();
    Scene scene = scene(version);
    try (Client owner = owner(scene);
        Client onShard = scene.superuser("shard1");
        Client onVeneer = scene.superuser("veneer");
        CompatibilityEnd shard =
            new CompatibilityEnd(scene, "shard1", owner, List.of(onShard, onVeneer));
        CompatibilityEnd veneer =
            new CompatibilityEnd(scene, "veneer", owner, List.of(onShard, onVeneer))) {
      for (CompatibilityCase one : CompatibilityCase.all()) {
        if (one.since() <= version.major()) {
          String cell =
              CompatibilityOutcome.compare(afresh(owner, shard, one), afresh(owner, veneer, one));
          assertThat(seen.put(one.toString(), cell)).as("another case like %s", one).isNull();
        }
      }
    }
    CompatibilityDocument.seen(version.major()).holds(CompatibilityDocument.lines(seen));
    GoldenFile.of(CompatibilityDocument.FILE).holds(CompatibilityDocument.text());
  }

  private static String last = "";

  private static List<CompatibilityOutcome> afresh(
      Client owner, CompatibilityEnd end, CompatibilityCase one) throws Exception {
    if (!owner.value(NEXT_TRANSACTION).equals(last)) {
      owner.execute(CompatibilityCase.text("rows.sql"));
      last = owner.value(NEXT_TRANSACTION);
    }
    return end.run(one);
  }
}
