package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.cli.InProcess;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;

/** {@code ppp partitions} and {@code ppp partitions maintain}: partitions of tenants' tables. */
class PartitionsIT {

  private static final String NOTHING =
      "Nothing to do: partitions are as the policies want them.\n";

  @TempDir private Path folder;
  private Scene scene;

  private void begin(PostgresVersion version) throws Exception {
    TestServer server = TestServer.shared("a", version);
    scene = new Scene(folder, server, server);
    scene.withoutMigrations();
    scene.run("initialize");
  }

  /** What shards.yaml would say of a table by numbers. */
  private void policy(String table, String key, int ahead, int keep, String retire)
      throws SQLException {
    superuser(
        "INSERT INTO ppp.partition_policy VALUES ('%s', '%s', '%s', 'number', 10, 'number', 'UTC',"
                .formatted(scene.schema("acme"), table, key)
            + " %d, '%d', '%s', '{table}_{start}', false, '{}')".formatted(ahead, keep, retire));
  }

  private void superuser(String sql) throws SQLException {
    try (Client superuser = scene.superuser("shard1")) {
      superuser.execute("SET search_path = \"" + scene.schema("acme") + "\"");
      superuser.execute(sql);
    }
  }

  private List<String> rows(String sql) throws SQLException {
    try (Client superuser = scene.superuser("shard1")) {
      superuser.execute("SET search_path = \"" + scene.schema("acme") + "\"");
      return superuser.rows(sql);
    }
  }

  private List<String> partitions(String table) throws SQLException {
    return rows(
        "SELECT right(c.relname, 4) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            + " WHERE i.inhparent = '"
            + table
            + "'::regclass ORDER BY c.relname");
  }

  @Test
  void makesWhatIsMissingAndRetiresWhatIsOld() throws Exception {
    begin(PostgresVersion.embedded());
    scene.onShard(
        "acme",
        """
        CREATE TABLE odd (id int) PARTITION BY HASH (id);
        CREATE TABLE events (n bigint NOT NULL, note text) PARTITION BY RANGE (n);
        CREATE TABLE events_first PARTITION OF events FOR VALUES FROM (0) TO (10);
        CREATE TABLE second PARTITION OF events FOR VALUES FROM (10) TO (20);
        CREATE TABLE fifth PARTITION OF events FOR VALUES FROM (40) TO (50);
        INSERT INTO events VALUES (5, 'old'), (15, 'old'), (45, 'new');
        """);
    policy("events", "n", 2, 25, "detach");
    assertThat(scene.run("partitions"))
        .containsPattern("shard1 +acme +events +range \\(n\\) +3 +0 +50 +0 +1 +- +\\S+ \\S+ +make")
        .containsPattern("odd +hash \\(id\\) +0")
        .contains(".events: no partition from 20 to 40\n");
    assertThat(scene.ppp("partitions", "--fail-if", "ahead < 2", "--fail-if", "gaps > 0"))
        .satisfies(found -> assertThat(found.status()).isEqualTo(10))
        .satisfies(found -> assertThat(found.out()).contains("events").doesNotContain("odd"));

    assertThat(scene.run("partitions", "maintain", "--dry-run"))
        .contains(
            "shard1 acme events: would make, from 20 to 30\n",
            "would make, from 60 to 70\n",
            "would detach second, from 10 to 20\n");
    assertThat(rows("SELECT count(*) FROM events")).containsExactly("3");
    assertThat(scene.run("partitions", "maintain").lines())
        .containsExactlyInAnyOrder(
            "shard1 acme events: made events_0000000000000000020, from 20 to 30",
            "shard1 acme events: made events_0000000000000000030, from 30 to 40",
            "shard1 acme events: made events_0000000000000000050, from 50 to 60",
            "shard1 acme events: made events_0000000000000000060, from 60 to 70",
            "shard1 acme events: detached events_first, from 0 to 10",
            "shard1 acme events: detached second, from 10 to 20");
    assertThat(rows("SELECT note FROM second")).containsExactly("old");
    assertThat(rows("SELECT note FROM events")).containsExactly("new");
    InProcess.Result again = scene.ppp("partitions", "maintain").succeeded();
    assertThat(again.out() + again.err()).isEqualTo(NOTHING);
    assertThat(scene.run("partitions", "events", "--bounds"))
        .contains("fifth", "FOR VALUES FROM ('40') TO ('50')");
    assertThat(scene.run("partitions", "events"))
        .contains(".second: was events from 10 to 20; detached and kept\n", "make at 50")
        .doesNotContain("no partition");
    assertThat(scene.run("partitions", "--fail-if", "ahead < 2", "--output", "json"))
        .contains("\"tables\": []");
    assertThat(scene.run("history")).containsPattern("partitions maintain.* 6\\b");
  }

  /** The one query of maintenance and the function that makes partitions mean the same. */
  @Test
  void knowsEveryKindOfKey() throws Exception {
    begin(PostgresVersion.embedded());
    scene.onShard(
        "acme",
        """
        CREATE TABLE with_zone (k timestamptz NOT NULL) PARTITION BY RANGE (k);
        CREATE TABLE without_zone (k timestamp NOT NULL) PARTITION BY RANGE (k);
        CREATE TABLE days (k date NOT NULL) PARTITION BY RANGE (k);
        CREATE TABLE ids (k uuid NOT NULL) PARTITION BY RANGE (k);
        CREATE TABLE seconds (k bigint NOT NULL) PARTITION BY RANGE (k);
        CREATE TABLE millis (k bigint NOT NULL) PARTITION BY RANGE (k);
        CREATE TABLE micros (k bigint NOT NULL) PARTITION BY RANGE (k);
        CREATE TABLE wrong (k text NOT NULL, l int) PARTITION BY RANGE (k, l);
        """);
    superuser(
        """
        INSERT INTO ppp.partition_policy
        SELECT '%s', v.name, 'k', v.encoding, 1, v.unit, v.zone, 3, NULL, 'detach',
          '{table}_{start}', false, '{}'
        FROM (VALUES ('with_zone', 'seconds', 'month', 'Asia/Beirut'),
          ('without_zone', 'seconds', 'month', 'Asia/Tokyo'), ('days', 'seconds', 'year', 'UTC'),
          ('ids', 'seconds', 'month', 'America/Sao_Paulo'), ('seconds', 'seconds', 'year', 'UTC'),
          ('millis', 'milliseconds', 'month', 'Europe/Berlin'),
          ('micros', 'microseconds', 'month', 'UTC'), ('wrong', 'seconds', 'month', 'UTC'),
          ('missing', 'seconds', 'month', 'UTC')) AS v (name, encoding, unit, zone)"""
            .formatted(scene.schema("acme")));
    InProcess.Result first = scene.ppp("partitions", "maintain");
    assertThat(first.out().lines()).hasSize(7 * 4);
    assertThat(first.err())
        .contains("it is partitioned by range of k, l", "it is no partitioned table");
    InProcess.Result again = scene.ppp("partitions", "maintain");
    assertThat(again.out()).isEmpty();
    assertThat(again.status()).isEqualTo(7);
    assertThat(
            rows(
                "SELECT p.name FROM ppp.partition_policy p"
                    + " CROSS JOIN LATERAL ppp.missing_ranges(p.schema, p.name) m"
                    + " WHERE p.name NOT IN ('wrong', 'missing')"))
        .isEmpty();
    assertThat(scene.run("partitions", "--output", "json").split("\"ahead\": 3,", -1)).hasSize(8);
    superuser(
        """
        INSERT INTO with_zone VALUES (now());
        INSERT INTO without_zone VALUES (now() AT TIME ZONE 'Asia/Tokyo');
        INSERT INTO days VALUES (now());
        INSERT INTO seconds VALUES (extract(epoch FROM now()));
        INSERT INTO millis VALUES (extract(epoch FROM now()) * 1000);
        INSERT INTO micros VALUES (extract(epoch FROM now()) * 1000000);""");
  }

  @EveryPostgres
  void takesRowsOutOfTheDefaultPartitionWhenAskedTo(PostgresVersion version) throws Exception {
    begin(version);
    scene.onShard(
        "acme",
        """
        CREATE TABLE events (n bigint NOT NULL, id bigint, twice bigint GENERATED ALWAYS AS (n * 2)
          STORED, PRIMARY KEY (n, id)) PARTITION BY RANGE (n);
        CREATE TABLE others PARTITION OF events DEFAULT;
        CREATE TABLE started PARTITION OF events FOR VALUES FROM (0) TO (10);
        CREATE TABLE referring (n bigint, id bigint, FOREIGN KEY (n, id) REFERENCES events
          ON DELETE CASCADE);
        INSERT INTO events SELECT n, n FROM generate_series(-5, 24) AS n;
        INSERT INTO referring VALUES (12, 12);
        """);
    policy("events", "n", 1, 1000, "drop");
    InProcess.Result blocked = scene.ppp("partitions", "maintain");
    assertThat(blocked.status()).isEqualTo(7);
    assertThat(blocked.out()).contains("made events_0000000000000000030");
    assertThat(blocked.err())
        .contains("error[PPP1230]", "from 10 to 20: 10 rows of that range are in its default")
        .contains("--drain-default");
    assertThat(scene.ppp("partitions", "--fail-if", "default > 0").status()).isEqualTo(10);
    assertThat(scene.run("partitions", "maintain", "--drain-default"))
        .contains(
            "drained events_0000000000000000010, from 10 to 20, 10 rows\n",
            "drained events_0000000000000000020, from 20 to 30, 5 rows\n");
    assertThat(rows("SELECT count(*), sum(twice) FROM events")).containsExactly("30|570");
    assertThat(rows("SELECT count(*) FROM events_0000000000000000010")).containsExactly("10");
    assertThat(rows("SELECT count(*) FROM ONLY others")).containsExactly("5");
    assertThat(rows("SELECT n FROM referring")).containsExactly("12");
    assertThat(rows("SELECT count(*) FROM pg_constraint WHERE conname LIKE 'ppp\\_not%'"))
        .containsExactly("0");
  }

  @EveryPostgres
  void goesOnWhereARunWasKilled(PostgresVersion version) throws Exception {
    begin(version);
    scene.onShard(
        "acme",
        """
        CREATE TABLE guarded (n bigint NOT NULL) PARTITION BY RANGE (n);
        CREATE TABLE others PARTITION OF guarded DEFAULT;
        CREATE TABLE pending (n bigint NOT NULL) PARTITION BY RANGE (n);
        CREATE TABLE pending_old PARTITION OF pending FOR VALUES FROM (0) TO (10);
        CREATE TABLE pending_two PARTITION OF pending FOR VALUES FROM (10) TO (20);
        CREATE INDEX taken ON pending_two (n);
        CREATE TABLE left_over (n bigint NOT NULL) PARTITION BY RANGE (n);
        CREATE TABLE left_old PARTITION OF left_over FOR VALUES FROM (0) TO (10);
        INSERT INTO pending VALUES (1);
        """);
    policy("guarded", "n", 1, 1000, "detach");
    superuser("SELECT ppp.make_partitions('" + scene.schema("acme") + "', 'guarded')");
    assertThat(rows("SELECT convalidated FROM pg_constraint WHERE conname LIKE 'ppp\\_not%'"))
        .containsExactly("f", "f");
    superuser("SELECT ppp.make_partitions('" + scene.schema("acme") + "', 'guarded')");
    assertThat(rows("SELECT convalidated FROM pg_constraint WHERE conname LIKE 'ppp\\_not%'"))
        .containsExactly("t", "t");

    interruptDetaching("pending", "pending_old");
    assertThat(rows("SELECT count(*) FROM pending")).containsExactly("0");
    superuser(
        "CREATE SCHEMA archive; CREATE TABLE archive.taken (); CREATE TABLE archive.pending_two ()");
    scene.onShard("acme", "CREATE TABLE now PARTITION OF pending FOR VALUES FROM (90) TO (100)");
    scene.onShard("acme", "INSERT INTO pending VALUES (95)");
    policy("pending", "n", 0, 50, "schema:archive");

    scene.onShard("acme", "ALTER TABLE left_over DETACH PARTITION left_old");
    superuser(
        "INSERT INTO ppp.retired_partition SELECT 'left_old'::regclass, 'left_old', '"
            + scene.schema("acme")
            + "', 'left_over', '0', '10', 10, 'drop'");
    scene.onShard("acme", "CREATE TABLE at PARTITION OF left_over FOR VALUES FROM (90) TO (100)");
    scene.onShard("acme", "INSERT INTO left_over VALUES (95)");
    policy("left_over", "n", 0, 50, "drop");

    assertThat(scene.run("partitions"))
        .contains("pending_old: being detached", "left_old: was left_over from 0 to 10")
        .contains("not yet dropped");
    assertThat(scene.run("partitions", "maintain"))
        .contains("guarded: made guarded_0000000000000000000", "guarded_0000000000000000010")
        .contains("pending: finished detaching pending_old", "moved archive.pending_old")
        .contains("pending: moved archive.pending_two_")
        .contains("left_over: dropped left_old");
    assertThat(rows("SELECT n FROM archive.pending_old")).containsExactly("1");
    assertThat(rows("SELECT count(*) FROM pg_constraint WHERE conname LIKE 'ppp\\_not%'"))
        .containsExactly("0");
    assertThat(scene.ppp("partitions", "maintain").succeeded().err()).isEqualTo(NOTHING);
  }

  /** As a kill in the middle would leave it. */
  private void interruptDetaching(String table, String partition) throws SQLException {
    try (Client reader = scene.superuser("shard1");
        Client killed = scene.superuser("shard1")) {
      String schema = "SET search_path = \"" + scene.schema("acme") + "\"";
      reader.execute(schema);
      reader.execute("BEGIN; SELECT count(*) FROM " + table);
      killed.execute(schema);
      killed.execute("SET statement_timeout = '300ms'");
      assertThat(
              killed.refusal(
                  "ALTER TABLE %s DETACH PARTITION %s CONCURRENTLY".formatted(table, partition)))
          .isEqualTo("57014");
    }
  }

  @EveryPostgres
  void retiresWhatRefersToOthersFirst(PostgresVersion version) throws Exception {
    begin(version);
    scene.onShard(
        "acme",
        """
        CREATE TABLE chats (n bigint PRIMARY KEY) PARTITION BY RANGE (n);
        CREATE TABLE chats_old PARTITION OF chats FOR VALUES FROM (0) TO (10);
        CREATE TABLE chats_now PARTITION OF chats FOR VALUES FROM (90) TO (100);
        CREATE TABLE messages (n bigint NOT NULL REFERENCES chats) PARTITION BY RANGE (n);
        CREATE TABLE messages_old PARTITION OF messages FOR VALUES FROM (0) TO (10);
        CREATE TABLE messages_now PARTITION OF messages FOR VALUES FROM (90) TO (100);
        CREATE TABLE viewed (n bigint) PARTITION BY RANGE (n);
        CREATE TABLE viewed_old PARTITION OF viewed FOR VALUES FROM (0) TO (10);
        CREATE TABLE viewed_now PARTITION OF viewed FOR VALUES FROM (90) TO (100);
        CREATE VIEW on_old AS SELECT * FROM viewed_old;
        INSERT INTO chats VALUES (1), (95);
        INSERT INTO messages VALUES (1), (95);
        INSERT INTO viewed VALUES (1), (95);
        """);
    policy("chats", "n", 0, 50, "drop");
    policy("messages", "n", 0, 50, "detach");
    policy("viewed", "n", 0, 50, "drop");
    InProcess.Result result = scene.ppp("partitions", "maintain");
    assertThat(result.out())
        .contains("messages: detached messages_old", "chats: dropped chats_old");
    assertThat(result.err()).contains("error[PPP1232]", "viewed_old", "other objects depend on it");
    assertThat(result.status()).isEqualTo(7);
    assertThat(rows("SELECT n FROM messages_old")).containsExactly("1");
    assertThat(partitions("chats")).doesNotContain("_old").contains("_now");
    superuser("DROP VIEW on_old");
    assertThat(scene.run("partitions", "maintain")).contains("viewed: dropped viewed_old");
  }

  @Test
  void waitsForNobodyWhoReadsForLong() throws Exception {
    begin(PostgresVersion.embedded());
    scene.onShard(
        "acme",
        """
        CREATE TABLE events (n bigint NOT NULL) PARTITION BY RANGE (n);
        CREATE TABLE events_old PARTITION OF events FOR VALUES FROM (0) TO (10);
        CREATE TABLE events_now PARTITION OF events FOR VALUES FROM (90) TO (100);
        INSERT INTO events VALUES (1), (95);
        """);
    policy("events", "n", 0, 50, "drop");
    try (Client reader = scene.superuser("shard1")) {
      reader.execute("BEGIN; SELECT n FROM " + scene.table("acme", "events"));
      InProcess.Result result = scene.ppp("partitions", "maintain");
      assertThat(result.status()).isEqualTo(7);
      assertThat(result.err()).contains("events_old\" of table", "(idle in transaction) has held");
      assertThat(rows("SELECT count(*) FROM events")).containsExactly("2");
    }
    assertThat(scene.run("partitions", "maintain")).contains("dropped events_old");
  }

  @Test
  void doesNoHarmTwiceAtOnce() throws Exception {
    begin(PostgresVersion.embedded());
    StringBuilder sql = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      sql.append(
          """
          CREATE TABLE t%1$d (n bigint NOT NULL) PARTITION BY RANGE (n);
          CREATE TABLE t%1$d_old PARTITION OF t%1$d FOR VALUES FROM (0) TO (10);
          CREATE TABLE t%1$d_now PARTITION OF t%1$d FOR VALUES FROM (90) TO (100);
          INSERT INTO t%1$d VALUES (95);
          """
              .formatted(i));
    }
    scene.onShard("acme", sql.toString());
    for (int i = 0; i < 4; i++) {
      policy("t" + i, "n", 5, 50, "drop");
    }
    List<CompletableFuture<InProcess.Result>> runs =
        List.of(
            CompletableFuture.supplyAsync(() -> scene.ppp("partitions", "maintain")),
            CompletableFuture.supplyAsync(() -> scene.ppp("partitions", "maintain")));
    StringBuilder all = new StringBuilder();
    runs.forEach(run -> all.append(run.join().succeeded().out()));
    // Four gaps before the present range and five ranges after it, and one old one.
    assertThat(all.toString().lines()).hasSize(4 * (5 + 5 + 1)).doesNotHaveDuplicates();
    assertThat(scene.ppp("partitions", "maintain").succeeded().err()).isEqualTo(NOTHING);
  }
}
