package org.partitionproxy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.partitionproxy.console.Terminal;
import org.partitionproxy.testing.Walkthrough;
import org.partitionproxy.testing.WorkingCopy;
import org.partitionproxy.topology.TopologyReader;

/** What a newcomer does first: the demo, and then the README by hand. */
@Execution(ExecutionMode.CONCURRENT)
class ReadmeIT {

  private static final Walkthrough README = Walkthrough.of(Path.of("README.md"));

  @TempDir Path folder;

  @Test
  void theDemoRunsFromNothingAndAgainAndInBetweenTheCommandsOfTheReadmeDo() {
    try (WorkingCopy copy = WorkingCopy.in(folder)) {
      requireTheDemo(copy);
      README.runIn(copy);
      requireTheDemo(copy);
      requireNoTenantAtTheLock(copy);
    }
  }

  /** Each tenant's shard was asked for that tenant, and initech's to do the whole join. */
  private static void requireTheDemo(WorkingCopy copy) {
    WorkingCopy.Result demo = copy.run("ppp demo bookstore");
    assertThat(demo.output())
        .contains(
            "$ ppp start",
            "$ ppp initialize",
            "$ ppp psql veneer -c \"SELECT",
            " dunder-mifflin |    49",
            "SELECT 'bluth-co'::text, count(*) FROM bluth_co.books",
            "SELECT 'cyberdyne'::text, count(*) FROM cyberdyne.books",
            "SELECT 'dunder-mifflin'::text, count(*) FROM dunder_mifflin.books",
            "SELECT 'initech'::text, count(*) FROM initech.books",
            " Beloved ",
            "(initech.books r1 INNER JOIN initech.authors r2",
            "bin/ppp psql bluth-co",
            "make clean")
        .doesNotContain("error");
    assertThat(demo.status()).isZero();
  }

  /** ppp's lock is in the veneer's maintenance database. */
  private static void requireNoTenantAtTheLock(WorkingCopy copy) {
    String sql =
        "SELECT 'may connect: ' || has_database_privilege('bluth_co_app', 'postgres', 'CONNECT')";
    assertThat(copy.run("ppp psql veneer -c \"" + sql + "\"").output())
        .contains("may connect: false");
  }

  @Test
  void everyBlockOfYamlIsATopology() throws IOException {
    List<Walkthrough.Block> blocks = README.yaml();
    assertThat(blocks.get(0).text()).isEqualTo(Files.readString(Path.of("shards.yaml")).strip());
    Files.createDirectory(folder.resolve("migrations"));
    for (Walkthrough.Block block : blocks) {
      Path file = Files.writeString(folder.resolve("shards.yaml"), block.text());
      assertThat(TopologyReader.read(file, Map.of("POSTGRES_PASSWORD", "of-a-test")).tenants())
          .isNotEmpty();
    }
  }

  @Test
  void theDemoRefusesExternalServersAndOtherTopologies() throws IOException {
    String shards = Files.readString(Path.of("shards.yaml"));
    Files.createDirectory(folder.resolve("migrations"));
    assertThat(demo(shards.replace("runtime: auto", "runtime: external")))
        .startsWith("5 error[PPP106]: the servers of \"bookstore\" are external");
    assertThat(demo(shards.replace("name: bookstore", "name: library")))
        .contains("5 error[PPP106]: ", "shards.yaml\" is not the demo's topology");
    assertThat(demo(shards.replace("initech:   ", "initech-2: "))).startsWith("5 error[PPP106]");
    assertThat(folder.resolve(".ppp")).doesNotExist();
  }

  private String demo(String shards) throws IOException {
    Path file = Files.writeString(folder.resolve("shards.yaml"), shards);
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Main.run(
            Terminal.system(),
            new PrintStream(new ByteArrayOutputStream(), true, UTF_8),
            new PrintStream(err, true, UTF_8),
            "demo",
            "bookstore",
            "--config",
            file.toString());
    return status + " " + err.toString(UTF_8);
  }
}
