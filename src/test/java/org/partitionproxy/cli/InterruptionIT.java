package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.cli.InProcess.Result;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.testing.Running;
import org.partitionproxy.testing.TestServer;

/** Signals to {@code bin/ppp} while it changes servers. */
class InterruptionIT {

  private static final Path OWN_STATUS = Path.of("/proc/self/status");
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir private Path folder;

  private TestTopology topology;

  @BeforeEach
  void choose() {
    topology =
        new TestTopology(folder, TestServer.shared("a"), TestServer.shared("b"))
            .tenant("acme", "shard1");
  }

  /** Programs that are started in the background by a script inherit that they ignore Ctrl-C. */
  private static boolean ignoresInterrupts() throws IOException {
    if (!Files.exists(OWN_STATUS)) {
      return false;
    }
    Optional<String> ignored =
        Files.readAllLines(OWN_STATUS).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .map(line -> line.substring("SigIgn:".length()).strip())
            .findFirst();
    return ignored.isPresent() && (Long.parseUnsignedLong(ignored.get(), 16) & 2) != 0;
  }

  private static void assertInterrupted(Result result, int status) {
    assertThat(result.err()).isEqualTo(Interruption.ADVICE + "\n");
    assertThat(result.out()).isEmpty();
    assertThat(result.status()).isEqualTo(status);
  }

  /** Sessions of this command in the shard's database that wait for a lock, or sleep. */
  private List<String> working(String application) {
    try (Session watch = topology.maintenance("shard1")) {
      return watch.query(
          """
          SELECT query FROM pg_catalog.pg_stat_activity
          WHERE datname = ? AND application_name = ?
            AND wait_event_type IN ('Lock', 'Timeout')
          ORDER BY pid""",
          row -> row.string("query"),
          topology.server("shard1").database().value(),
          application);
    }
  }

  private void awaitGone(String application) {
    await().atMost(LONG).until(() -> working(application).isEmpty());
  }

  @Test
  void aMigrationEndsWithItsStatementAndTheNextRunGoesOn() throws Exception {
    topology.ppp("initialize").succeeded();
    topology.migration("V3__slow.sql", "CREATE TABLE slow ();\nSELECT pg_sleep(600);");
    Running running = topology.start("migrate");
    await().atMost(LONG).until(() -> working("ppp migrate"), queries -> queries.size() == 1);
    assertInterrupted(running.signalled("TERM"), 143);
    awaitGone("ppp migrate");
    topology.migration("V3__slow.sql", "CREATE TABLE slow ();");
    topology.ppp("migrate").succeeded();
    assertThat(topology.ppp("plan").succeeded().out()).startsWith("Nothing to do");
    assertThat(topology.ppp("history").out()).contains("running, or killed");
  }

  @Test
  void anInitializeEndsWithItsStatementAndTheNextRunGoesOn() throws Exception {
    assumeThat(ignoresInterrupts()).isFalse();
    topology.ppp("initialize").succeeded();
    topology.tenant("bolt", "shard1");
    try (Session blocker = topology.superuser("shard1")) {
      blocker.inTransaction(
          () -> {
            // It can be read, but nothing can be noted in it.
            blocker.execute(Sql.of("LOCK TABLE ppp.object IN SHARE MODE"));
            try {
              Running running = topology.start("initialize");
              await()
                  .atMost(LONG)
                  .until(() -> working("ppp initialize"), queries -> queries.size() == 1);
              assertInterrupted(running.signalled("INT"), 130);
            } catch (IOException | InterruptedException e) {
              throw new IllegalStateException(e);
            }
            awaitGone("ppp initialize");
          });
    }
    topology.ppp("initialize").succeeded();
    assertThat(topology.ppp("plan").succeeded().out()).startsWith("Nothing to do");
  }

  @Test
  void aConversionSaysHowToGoOnAndHowToUndoIt() throws Exception {
    topology.migration(
        "V3__notes.sql",
        """
        CREATE TABLE notes (id int PRIMARY KEY, at timestamptz NOT NULL);
        INSERT INTO notes VALUES (1, now());
        """);
    topology.ppp("initialize").succeeded();
    try (Session blocker = topology.superuser("shard1")) {
      blocker.execute(Sql.of("BEGIN"));
      blocker.execute(
          Sql.of(
              "LOCK TABLE {}.notes IN ROW EXCLUSIVE MODE", Identifier.of(topology.schema("acme"))));
      String[] convert = {
        "partitions",
        "convert",
        "notes",
        "--tenant",
        "acme",
        "--by",
        "at",
        "--every",
        "day",
        "--yes"
      };
      Running running = topology.start(convert);
      await()
          .atMost(LONG)
          .until(() -> topology.ppp("workflows").out().contains("capture") || !running.isAlive());
      Result result = running.signalled("TERM");
      assertThat(result.status()).isEqualTo(143);
      assertThat(result.err())
          .endsWith(
              "interrupted; `ppp workflows resume shard1-1` goes on,"
                  + " `ppp workflows abort shard1-1` undoes it\n");
      blocker.execute(Sql.of("ROLLBACK"));
    }
    assertThat(topology.ppp("workflows", "resume", "shard1-1").succeeded().out())
        .contains("7 partitions", "1 rows", "`ppp workflows finish shard1-1`");
  }

  @Test
  void aStartEndsAndTheNextOneGoesOn() throws Exception {
    Files.writeString(
        folder.resolve("shards.yaml"),
        """
        name: interrupted
        runtime: embedded
        database: interrupted
        migrations: none
        veneer: { port: %d }
        shards:
          shard1: { port: %d }
        tenants:
          acme: { shard: shard1 }
        """
            .formatted(TestServer.freePort(), TestServer.freePort()));
    try {
      Running running = topology.startAsIs("start");
      await().atMost(LONG).until(() -> running.err().contains("runtime:"));
      Result result = running.signalled("TERM");
      assertThat(result.err()).isEqualTo("runtime: embedded\n" + Interruption.ADVICE + "\n");
      assertThat(result.status()).isEqualTo(143);
      assertThat(topology.startAsIs("start").result().succeeded().out()).contains("shard1");
      assertThat(topology.startAsIs("status").result().succeeded().out()).contains("answers");
    } finally {
      topology.startAsIs("stop", "--delete-data", "--yes").result().succeeded();
    }
  }
}
