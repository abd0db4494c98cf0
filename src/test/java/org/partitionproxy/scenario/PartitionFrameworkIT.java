package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.cli.InProcess;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;
import org.partitionproxy.testing.Walkthrough;
import org.partitionproxy.topology.TopologyReader;

/** Schema {@code partmanteau} from shards.yaml to the end, and the example of the document. */
class PartitionFrameworkIT {

  private static final Path DOCUMENT = Path.of("docs/partitioning.md");

  @TempDir private Path folder;

  private Scene scene(PostgresVersion version) throws Exception {
    Scene scene = new Scene(folder, TestServer.shared("b"), TestServer.shared("a", version));
    scene.keys("shard1", "partmanteau: true");
    return scene;
  }

  /** The blocks of one part of the document. */
  private static List<Walkthrough.Block> blocks(String heading) throws IOException {
    List<String> lines = Files.readAllLines(DOCUMENT);
    int start = lines.indexOf(heading) + 1;
    assertThat(start).as(heading).isPositive();
    List<String> behind = lines.subList(start, lines.size());
    int length = (int) behind.stream().takeWhile(line -> !line.matches("#{1,3} .*")).count();
    return Walkthrough.of(DOCUMENT).blocks().stream()
        .filter(b -> b.run() && b.line() > start && b.line() <= start + length)
        .toList();
  }

  @EveryPostgres
  void theExampleOfTheDocumentDoesWhatItShows(PostgresVersion version) throws Exception {
    Scene scene = scene(version);
    StringBuilder migration = new StringBuilder();
    blocks("### Five steps").forEach(block -> migration.append(block.text()).append('\n'));
    assertThat(migration).contains("CREATE TRIGGER");
    scene.migration("V2__readings.sql", migration.toString());
    assertThat(scene.run("plan")).contains("  + schema         partmanteau\n");
    scene.run("initialize");
    scene.isInStep();
    try (Client owner = scene.as("shard1", scene.adminRole())) {
      List<String> shown = List.of();
      for (Walkthrough.Block block : blocks("### What it does")) {
        if (block.language().equals("text")) {
          assertThat(shown).as("line %d", block.line()).isEqualTo(block.lines());
        } else {
          shown = run(owner, scene, block.text());
        }
      }
      owner.execute("DELETE FROM " + scene.schema("acme") + ".monitors");
      assertThat(owner.value("SELECT count(*) FROM " + scene.schema("acme") + ".readings"))
          .isEqualTo("0");
    }
    scene.run("migrate");
    scene.run("initialize");
    scene.isInStep();
  }

  /** As the document names its tenant and its roles. */
  private static List<String> run(Client client, Scene scene, String sql) throws Exception {
    String here = sql.replaceAll("\\bacme\\b", scene.schema("acme"));
    if (!here.startsWith("SELECT") || here.indexOf(';') < here.length() - 1) {
      client.execute(here);
      return List.of();
    }
    return client.rows(here).stream()
        .map(row -> row.replace("|", " | ").replace(scene.schema("acme"), "acme"))
        .map(row -> row.replace(scene.database(), "weather"))
        .toList();
  }

  @Test
  void theTopologyOfTheDocumentIsOne() throws Exception {
    List<Walkthrough.Block> yaml =
        blocks("## A strategy of your own").stream()
            .filter(block -> block.language().equals("yaml"))
            .toList();
    assertThat(yaml).hasSize(1);
    Files.writeString(folder.resolve("shards.yaml"), yaml.get(0).text());
    Files.createDirectories(folder.resolve("migrations"));
    assertThat(TopologyReader.read(folder.resolve("shards.yaml"), Map.of()).shards())
        .allMatch(shard -> shard.partmanteau());
  }

  @Test
  void aSchemaOfSomebodyElseStopsEverything() throws Exception {
    Scene scene = scene(PostgresVersion.embedded());
    try (Client superuser = scene.superuser("shard1", "postgres")) {
      superuser.execute("CREATE DATABASE " + scene.database());
    }
    try (Client superuser = scene.superuser("shard1")) {
      superuser.execute("CREATE SCHEMA partmanteau");
    }
    InProcess.Result result = scene.ppp("initialize");
    assertThat(result.status()).isEqualTo(5);
    assertThat(result.err())
        .contains("error[PPP520]: schema \"partmanteau\" on shard \"shard1\" was not made by ppp");
    scene.keys("shard1", "partmanteau: false");
    assertThat(scene.run("plan")).doesNotContain("partmanteau");
  }

  @Test
  void isMendedByInitializeAndLeftByATeardownToTablesThatStay() throws Exception {
    TestServer server = TestServer.shared("a");
    Scene scene = new Scene(folder, TestServer.shared("b"), server, server);
    scene.keys("shard1", "partmanteau: true");
    scene.keys("shard2", "partmanteau: true");
    scene.run("initialize");
    try (Client one = scene.superuser("shard1");
        Client two = scene.superuser("shard2")) {
      two.execute(
          "DROP FUNCTION partmanteau.insert_statement; COMMENT ON SCHEMA partmanteau IS"
              + " 'Written by ppp, the PostgreSQL Partition Proxy. Functions: 12ab'");
      assertThat(scene.run("plan"))
          .contains("  ~ schema         partmanteau\n", "Plan: 0 to create, 1 to alter");
      scene.run("initialize");
      assertThat(two.value("SELECT partmanteau.insert_statement('s', 't', '{}', '{}')"))
          .isEqualTo("INSERT INTO s.t DEFAULT VALUES");
      one.execute(
          "CREATE TABLE public.kept (at date); SELECT partmanteau.create_table_partition("
              + "'public', 'kept', 'kept_1', '{}', '{}')");
      scene.onShard(
          "bolt",
          "SELECT partmanteau.create_table_partition('"
              + scene.schema("bolt")
              + "', 'items', 'items_1', '{}', '{}')");
      assertThat(scene.ppp("teardown", "--all", "--drop-data", "--yes").err())
          .contains(
              "schema \"partmanteau\" on shard1 is left alone, since it knows the partitions of"
                  + " public.kept");
      assertThat(one.value("SELECT to_regnamespace('partmanteau')")).isEqualTo("partmanteau");
      assertThat(two.value("SELECT to_regnamespace('partmanteau')")).isEqualTo("null");
      // The ledger is gone, and it is still ppp's.
      scene.run("initialize", "--only", "servers");
    }
  }
}
