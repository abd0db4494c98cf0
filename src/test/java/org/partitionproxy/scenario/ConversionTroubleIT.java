package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.partitionproxy.cli.InProcess;
import org.partitionproxy.testing.SmallDisk;
import org.partitionproxy.testing.TestServer;

/** Conversions that can't go on: what is said, and what is left. */
@Execution(ExecutionMode.CONCURRENT)
class ConversionTroubleIT {

  private static final String ID = "shard1-1";

  @TempDir private Path folder;
  private Scene scene;

  @BeforeEach
  void scene() throws Exception {
    scene = new Scene(folder, TestServer.shared("beside-a"), TestServer.shared("beside-b"));
    scene.withoutMigrations();
    scene.run("initialize");
    scene.onShard(
        "acme",
        """
        CREATE TABLE one (id int PRIMARY KEY, at timestamptz NOT NULL, note text);
        CREATE TABLE two (id int PRIMARY KEY, at timestamptz NOT NULL, note text);
        INSERT INTO one SELECT i, '2026-03-01'::timestamptz + i * interval '1 minute', repeat('x', 150)
          FROM generate_series(1, 9000) AS i;
        INSERT INTO two SELECT * FROM one LIMIT 10""");
    scene.run("initialize");
  }

  private InProcess.Result convert(String... more) {
    List<String> all = new ArrayList<>(List.of("partitions", "convert", "one", "two"));
    all.addAll(List.of("--tenant", "acme", "--by", "at", "--every", "1 day", "--ahead", "0"));
    all.addAll(List.of("--yes"));
    all.addAll(List.of(more));
    return scene.ppp(all.toArray(new String[0]));
  }

  private String value(String sql) throws SQLException {
    try (Client client = scene.superuser("shard1")) {
      client.execute("SET search_path = " + scene.schema("acme"));
      return client.value(sql);
    }
  }

  private void onShard(String sql) throws SQLException {
    try (Client client = scene.superuser("shard1")) {
      client.execute("SET search_path = " + scene.schema("acme"));
      client.execute(sql);
    }
  }

  private void leftNothing() throws SQLException {
    assertThat(value("SELECT count(*) FROM pg_namespace WHERE nspname ~ '^ppp_'")).isEqualTo("0");
    assertThat(
            value(
                "SELECT count(*) FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = tgrelid"
                    + " WHERE relnamespace = current_schema::regnamespace AND tgname LIKE 'ppp%'"))
        .isEqualTo("0");
    assertThat(value("SELECT count(*) FROM ppp.conversion")).isEqualTo("0");
  }

  @Test
  void aLockThatNeverComesIsNamedAndKeepsNobodyWaiting() throws Exception {
    try (Client holder = scene.as("shard1", scene.role("acme"))) {
      holder.execute("SET application_name = 'long report'; BEGIN; SELECT FROM one LIMIT 1");
      InProcess.Result stopped = convert("--max-wait", "1");
      assertThat(stopped.status()).isEqualTo(7);
      assertThat(stopped.err())
          .contains("in step \"exchange\"")
          .contains("no moment was found in which nobody uses the tables")
          .contains("\"long report\", idle in transaction");
      onShard("INSERT INTO one VALUES (0, '2026-03-01', '')");
      assertThat(scene.ppp("partitions").err())
          .contains("conversion \"shard1-1\" of one, two of tenant \"acme\" (stopped)")
          .contains("\"ppp_convert_1\"");
    }
    scene.run("workflows", "abort", ID);
    assertThat(value("SELECT count(*) FROM one")).isEqualTo("9001");
    leftNothing();
  }

  @Test
  void aTableThatIsDroppedMeanwhileIsMissedByNameAndTheOthersStayAsTheyWere() throws Exception {
    try (Client holder = scene.superuser("shard1")) {
      holder.execute("BEGIN; SELECT FROM " + scene.schema("acme") + ".one LIMIT 1");
      convert("--max-wait", "1");
      holder.execute("ROLLBACK");
    }
    onShard("DROP TABLE two");
    InProcess.Result stopped = scene.ppp("workflows", "resume", ID);
    assertThat(stopped.status()).isEqualTo(7);
    assertThat(stopped.err())
        .contains("table " + scene.schema("acme") + ".two is gone")
        .contains("Abort its conversion");
    scene.run("workflows", "abort", ID);
    assertThat(value("SELECT count(*) FROM one")).isEqualTo("9000");
    leftNothing();
  }

  @Test
  void whatIsDroppedAfterTheExchangeCannotBeTakenBackButFinished() throws Exception {
    assertThat(convert().status()).isZero();
    onShard("DROP TABLE ppp_before_1.two");
    assertThat(scene.ppp("workflows", "abort", ID).err())
        .contains("the old form of table " + scene.schema("acme") + ".two is gone");
    onShard("DROP TABLE two");
    assertThat(scene.ppp("workflows", "abort", ID).err())
        .contains("table " + scene.schema("acme") + ".two is gone");
    scene.run("workflows", "finish", ID, "--yes");
    assertThat(value("SELECT count(*) FROM one")).isEqualTo("9000");
    leftNothing();
  }

  @Test
  void aFullDiskStopsTheCopyAndAbortMakesRoomAgain() throws Exception {
    Optional<SmallDisk> mounted = SmallDisk.mount(3);
    assumeThat(mounted).as("mounting needs root").isPresent();
    try (SmallDisk disk = mounted.orElseThrow()) {
      String space = "small_" + scene.number();
      onShard("CREATE TABLESPACE %s LOCATION '%s'".formatted(space, disk.folder()));
      onShard("ALTER TABLE one SET TABLESPACE " + space);
      InProcess.Result stopped = convert();
      assertThat(stopped.status()).isEqualTo(7);
      assertThat(stopped.err())
          .contains("error[PPP407]")
          .contains("No space left on device")
          .contains("Make room on that server");
      scene.run("workflows", "abort", ID);
      assertThat(value("SELECT concat(count(*), ' ', sum(id)) FROM one"))
          .isEqualTo("9000 40504500");
      leftNothing();
      onShard("ALTER TABLE one SET TABLESPACE pg_default");
      onShard("DROP TABLESPACE " + space);
    }
  }
}
