package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;

class InitializeIT {

  @TempDir private Path folder;

  /** Every version as a veneer over every version. */
  static Stream<Arguments> pairs() {
    List<Arguments> pairs = new ArrayList<>();
    for (PostgresVersion veneer : PostgresVersion.here()) {
      for (PostgresVersion shard : PostgresVersion.here()) {
        pairs.add(Arguments.of(veneer, shard));
      }
    }
    return pairs.stream();
  }

  @ParameterizedTest(name = "veneer on {0}, shards on {1}")
  @MethodSource("pairs")
  void leavesNothingToDoForPlanAndForItself(PostgresVersion veneer, PostgresVersion shard)
      throws Exception {
    Scene scene =
        new Scene(
            folder,
            TestServer.shared("a", veneer),
            TestServer.shared("b", shard),
            TestServer.shared("b", shard));
    scene.run("initialize");
    scene.isInStep();
    scene.showsEveryTenant(3);
    String before = scene.state();
    assertThat(scene.run("initialize")).isEqualTo(Scene.NOTHING_TO_DO);
    assertThat(scene.state()).isEqualTo(before);
    scene.migration(
        "V2__more.sql", "ALTER TABLE items ADD COLUMN price numeric(10,2) NOT NULL DEFAULT 1;");
    assertThat(scene.run("plan")).contains("V2__more.sql", "known later");
    scene.run("migrate");
    scene.isInStep();
    try (Client own = scene.as("veneer", scene.role("acme"))) {
      assertThat(own.value("SELECT sum(price) FROM items")).isEqualTo("3.00");
    }
  }

  @Test
  void worksWithEverythingOnOneServer() throws Exception {
    TestServer server = TestServer.shared("a");
    Scene scene = new Scene(folder, server, server, server, server);
    scene.run("initialize");
    scene.isInStep();
    scene.showsEveryTenant(3);
    scene.run("teardown", "--tenant", "bolt", "--drop-data", "--yes");
    scene.run("initialize");
    scene.isInStep();
    scene.showsEveryTenant(3);
    scene.run("teardown", "--all", "--drop-data", "--yes");
    scene.leftNoRoles();
    scene.run("initialize");
    scene.isInStep();
  }
}
