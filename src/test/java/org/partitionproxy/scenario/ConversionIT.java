package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.cli.InProcess;
import org.partitionproxy.sql.SqlResource;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.Running;
import org.partitionproxy.testing.TestServer;

/** Tables become partitioned ones while an application writes to them. */
class ConversionIT {

  private static final List<String> STEPS =
      List.of(
          "prepare",
          "capture",
          "ranges",
          "copy",
          "index",
          "catch up",
          "verify",
          "exchange",
          "foreign keys",
          "analyze");

  private static final SqlResource JOURNAL =
      SqlResource.load("/org/partitionproxy/workflow/workflow.sql");

  private static final int OWN = 100_000;
  private static final int END = 10_000_000;

  private static final String TABLES =
      """
      CREATE TABLE owners (id int PRIMARY KEY);
      INSERT INTO owners VALUES (1), (2);
      CREATE TABLE keyed (id serial PRIMARY KEY, owner int NOT NULL DEFAULT 1 REFERENCES owners,
        at timestamptz NOT NULL, n int CHECK (n >= 0), twice bigint GENERATED ALWAYS AS (n * 2) STORED)
        WITH (fillfactor = 80);
      COMMENT ON TABLE keyed IS 'with a key';
      CREATE INDEX keyed_n ON keyed (n) WHERE n > 10;
      CREATE TABLE bare (at timestamptz NOT NULL, who int, n int, j json, f float8 DEFAULT 0.1);
      INSERT INTO keyed (at, n) SELECT '2026-03-01'::timestamptz + i * interval '3 minutes', i
        FROM generate_series(1, 2000) AS i;
      INSERT INTO bare (who, at, n, j)
        SELECT i / 2, '2026-03-01'::timestamptz + i / 2 * interval '6 minutes', i / 2, '{"a": 1}'
        FROM generate_series(0, 1999) AS i;
      """;

  @TempDir private Path folder;
  private Scene scene;

  private void scene(PostgresVersion version) throws Exception {
    scene = new Scene(folder, TestServer.shared("a"), TestServer.shared("b", version));
    scene.withoutMigrations();
    scene.run("initialize");
    scene.onShard("acme", TABLES);
    scene.run("initialize");
  }

  private static String[] convert(String... more) {
    List<String> all =
        new ArrayList<>(
            List.of("partitions", "convert", "keyed", "bare", "--tenant", "acme", "--by", "at"));
    all.addAll(List.of("--every", "1 day", "--ahead", "0", "--yes", "-j", "2"));
    all.addAll(List.of(more));
    return all.toArray(new String[0]);
  }

  private AcknowledgedWriter writer(long seed) throws SQLException {
    AcknowledgedWriter writer =
        new AcknowledgedWriter(scene.as("shard1", scene.role("acme")), OWN, seed);
    writer.start();
    await().until(() -> writer.writes() > 20);
    return writer;
  }

  private String value(String sql) throws SQLException {
    try (Client client = scene.superuser("shard1")) {
      client.execute("SET search_path = " + scene.schema("acme"));
      return client.value(sql);
    }
  }

  private void isWhole(AcknowledgedWriter writer) throws Exception {
    assertThat(writer.stop()).isEmpty();
    try (Client client = scene.superuser("shard1")) {
      client.execute("SET search_path = " + scene.schema("acme"));
      assertThat(client.rows(AcknowledgedWriter.rows("keyed", "id", OWN, END)))
          .isEqualTo(writer.keyed());
      assertThat(client.rows(AcknowledgedWriter.rows("bare", "who", OWN, END)))
          .isEqualTo(writer.bare());
      assertThat(
              client.rows(
                  "SELECT count(*), sum(n), sum(twice) FROM keyed WHERE id < 100000"
                      + " UNION ALL SELECT count(*), sum(n), count(j) FROM bare WHERE who < 100000"))
          .containsExactly("2000|2001000|4002000", "2000|999000|2000");
    }
  }

  private void isPartitioned() throws SQLException {
    assertThat(
            value(
                "SELECT string_agg(concat(relname, relkind), ' ' ORDER BY relname) FROM pg_class"
                    + " WHERE oid IN ('keyed'::regclass, 'bare'::regclass)"))
        .isEqualTo("barep keyedp");
  }

  /**
   * What is asked for in SQL at the barrier: nobody gets past the beginning of a step, or its end.
   */
  private Client barrier(String step, String event) throws SQLException {
    Client holder = scene.superuser("shard1");
    holder.execute(
        """
        CREATE OR REPLACE FUNCTION public.barrier() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NEW; END';
        DROP TRIGGER IF EXISTS barrier ON ppp.workflow_step;
        CREATE TRIGGER barrier BEFORE %s ON ppp.workflow_step FOR EACH ROW
          WHEN (NEW.name = '%s'%s) EXECUTE FUNCTION public.barrier();
        SELECT pg_advisory_lock(4711)"""
            .formatted(
                event, step, event.equals("UPDATE") ? " AND NEW.finished_at IS NOT NULL" : ""));
    return holder;
  }

  /** What the server sees of {@code kill -9}, at once: ppp's sessions are gone. */
  private void killAtBarrier(Client holder, String... command) throws Exception {
    CompletableFuture<InProcess.Result> run =
        CompletableFuture.supplyAsync(() -> scene.ppp(command));
    await()
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              assertThat(run.isDone()).as("%s", run.getNow(null)).isFalse();
              return holder
                  .value(
                      "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 4711")
                  .equals("1");
            });
    holder.execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            + " WHERE application_name LIKE 'ppp %' AND datname = current_database()");
    assertThat(run.join().status()).isNotZero();
    holder.close();
  }

  @EveryPostgres
  void keepsEveryAcknowledgedWriteThoughItIsKilledInEachStep(PostgresVersion version)
      throws Exception {
    scene(version);
    // The tables of the journal come with the first workflow.
    assertThat(scene.ppp(convert("--every", "0")).status()).isEqualTo(2);
    scene.run(convert("--dry-run"));
    String id = "shard1-1";
    try (AcknowledgedWriter writer = writer(version.major())) {
      Client journal = scene.superuser("shard1");
      journal.execute(JOURNAL.text());
      journal.close();
      String[] command = convert();
      for (String step : STEPS) {
        killAtBarrier(barrier(step, "INSERT"), command);
        command = new String[] {"workflows", "resume", id};
        killAtBarrier(barrier(step, "UPDATE"), command);
      }
      int before = writer.writes();
      await().until(() -> writer.writes() > before + 20);
      assertThat(scene.run("workflows", "resume", id)).contains("waiting");
      isWhole(writer);
    }
    isPartitioned();
    scene.isInStep();
    assertThat(scene.ppp("workflows", "abort", id).status()).isEqualTo(5);
    scene.run("workflows", "finish", id, "--yes");
    keepsWhatItHad();
    assertThat(value("SELECT count(*) FROM pg_namespace WHERE nspname ~ '^ppp_'")).isEqualTo("0");
    assertThat(scene.run("workflows")).isEqualTo("No workflows.\n");
    scene.isInStep();
  }

  private void keepsWhatItHad() throws SQLException {
    assertThat(value("SELECT count(*) FROM pg_inherits WHERE inhparent = 'keyed'::regclass"))
        .isEqualTo("5");
    assertThat(value("SELECT obj_description('keyed'::regclass)")).isEqualTo("with a key");
    assertThat(value("SELECT reloptions FROM pg_class WHERE oid = 'keyed_20260303'::regclass"))
        .isEqualTo("{fillfactor=80}");
    assertThat(
            value(
                "SELECT string_agg(concat(conname, convalidated), ' ' ORDER BY conname) FROM pg_constraint"
                    + " WHERE conrelid = 'keyed'::regclass AND contype <> 'n'"))
        .isEqualTo("keyed_n_checkt keyed_owner_fkeyt keyed_pkeyt");
    assertThat(value("SELECT pg_get_indexdef('keyed_n'::regclass)")).endsWith("WHERE (n > 10)");
    try (Client application = scene.as("shard1", scene.role("acme"))) {
      assertThat(
              application.value("INSERT INTO keyed (at, n) VALUES ('2026-03-02', 1) RETURNING id"))
          .isEqualTo("2001");
      assertThat(application.refusal("INSERT INTO keyed (owner, at) VALUES (9, '2026-03-02')"))
          .isEqualTo("23503");
    }
  }

  @EveryPostgres
  void abortLeavesTheTablesAsTheyWere(PostgresVersion version) throws Exception {
    scene(version);
    String before = shape();
    try (AcknowledgedWriter writer = writer(7)) {
      try (Client journal = scene.superuser("shard1")) {
        journal.execute(JOURNAL.text());
      }
      killAtBarrier(barrier("exchange", "INSERT"), convert());
      assertThat(scene.run("workflows")).contains("shard1-1").contains("stopped");
      scene.run("workflows", "abort", "shard1-1");
      isWhole(writer);
    }
    assertThat(shape()).isEqualTo(before);
    assertThat(value("SELECT count(*) FROM pg_namespace WHERE nspname ~ '^ppp_'")).isEqualTo("0");
    scene.isInStep();
  }

  private String shape() throws SQLException {
    return value(
        "SELECT string_agg(concat(oid, relname, relkind, relfilenode), ' '"
            + " ORDER BY relname) FROM pg_class WHERE relnamespace = '"
            + scene.schema("acme")
            + "'::regnamespace");
  }

  @Test
  void aProcessThatIsKilledWhileItCopiesIsTakenUpByAnother() throws Exception {
    scene(PostgresVersion.embedded());
    scene.onShard(
        "acme",
        "INSERT INTO keyed (at, n) SELECT '2026-03-01'::timestamptz + i * interval '1 second', 5"
            + " FROM generate_series(1, 40000) AS i");
    try (AcknowledgedWriter writer = writer(11)) {
      Running ppp = scene.start(convert());
      await()
          .pollInterval(Duration.ofMillis(5))
          .atMost(Duration.ofMinutes(1))
          .until(() -> isCopying());
      ppp.kill();
      InProcess.Result resumed = scene.ppp("workflows", "resume", "shard1-1");
      assertThat(resumed.status()).as(resumed.err()).isZero();
      assertThat(value("SELECT count(*) FROM keyed WHERE n = 5 AND id < 100000"))
          .isEqualTo("40001");
      assertThat(writer.stop()).isEmpty();
    }
  }

  private boolean isCopying() throws SQLException {
    return value("SELECT to_regclass('ppp.workflow_step') IS NOT NULL").equals("t")
        && value("SELECT count(*) FROM ppp.workflow_step WHERE name = 'copy'").equals("1");
  }
}
