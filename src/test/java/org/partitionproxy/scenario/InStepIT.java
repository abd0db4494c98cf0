package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.partitionproxy.cli.InProcess;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.Running;
import org.partitionproxy.testing.TestServer;

/** A tenant's table and its mirror move together: an application on the veneer can't tell. */
@Execution(ExecutionMode.CONCURRENT)
class InStepIT {

  /** A migration that takes it waits as long as a test holds it. */
  private static final String GATE = "SELECT pg_advisory_xact_lock(4711);\n";

  private static final String HOLD_GATE = "SELECT pg_advisory_lock(4711)";
  private static final String OPEN_GATE = "SELECT pg_advisory_unlock(4711)";

  private static final String GATE_IS_AWAITED =
      """
      SELECT count(*) FROM pg_locks
      WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""";

  @TempDir private Path folder;

  private Scene scene(PostgresVersion version) throws Exception {
    Scene scene =
        new Scene(
            folder, TestServer.shared("beside-a", version), TestServer.shared("beside-b", version));
    scene.tenant("bolt", "shard1");
    scene.run("initialize");
    return scene;
  }

  private Scene scene() throws Exception {
    return scene(PostgresVersion.embedded());
  }

  private static void onVeneer(Scene scene, String sql) throws SQLException {
    try (Client superuser = scene.superuser("veneer")) {
      superuser.execute(sql);
    }
  }

  private static List<String> columns(Scene scene, String server, String tenant)
      throws SQLException {
    try (Client superuser = scene.superuser(server)) {
      return superuser.rows(
          "SELECT attname FROM pg_attribute WHERE attrelid = '"
              + scene.table(tenant, "items")
              + "'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname");
    }
  }

  private static void awaitGate(Client holder) {
    await().atMost(Duration.ofMinutes(1)).until(() -> holder.value(GATE_IS_AWAITED).equals("1"));
  }

  /** Views over views over a tenant's mirror, as its application may have made them. */
  private static void views(Scene scene, String tenant) throws SQLException {
    String items = scene.table(tenant, "items");
    String shown = scene.table(tenant, "shown");
    onVeneer(
        scene,
        "CREATE VIEW "
            + shown
            + " AS SELECT id, note AS text FROM "
            + items
            + "; CREATE VIEW "
            + scene.table(tenant, "outer_shown")
            + " AS SELECT text FROM "
            + shown
            + "; CREATE MATERIALIZED VIEW "
            + scene.table(tenant, "kept")
            + " AS SELECT id FROM "
            + items
            + " WITH NO DATA"
            + "; ALTER VIEW "
            + shown
            + " OWNER TO "
            + scene.adminRole()
            + "; ALTER VIEW "
            + scene.table(tenant, "outer_shown")
            + " OWNER TO "
            + scene.adminRole()
            + "; GRANT SELECT ON ALL TABLES IN SCHEMA "
            + scene.schema(tenant)
            + " TO "
            + scene.role(tenant));
  }

  /** Statements of an application, again and again until it is stopped. */
  private static final class Load implements AutoCloseable {
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicInteger done = new AtomicInteger();
    private final List<CompletableFuture<List<String>>> loops = new ArrayList<>();

    void loop(Scene scene, String tenant, IntFunction<List<String>> statements) {
      loops.add(
          CompletableFuture.supplyAsync(
              () -> {
                List<String> errors = new ArrayList<>();
                try (Client client = scene.as("veneer", scene.role(tenant))) {
                  for (int i = 1; !stopped.get(); i++) {
                    run(client, statements.apply(i), errors);
                    done.incrementAndGet();
                  }
                } catch (SQLException e) {
                  errors.add(e.getMessage());
                }
                return errors;
              }));
    }

    private static void run(Client client, List<String> statements, List<String> errors)
        throws SQLException {
      for (String statement : statements) {
        try {
          client.execute(statement);
        } catch (SQLException e) {
          errors.add(statement + ": " + e.getSQLState() + " " + e.getMessage());
          client.execute("ROLLBACK");
          return;
        }
      }
    }

    void goOn() {
      int before = done.get();
      await().atMost(Duration.ofMinutes(1)).until(() -> done.get() > before + 20);
    }

    List<String> errors() {
      stopped.set(true);
      return loops.stream().flatMap(loop -> loop.join().stream()).toList();
    }

    @Override
    public void close() {
      stopped.set(true);
    }
  }

  @EveryPostgres
  void noStatementFailsWhileTablesChange(PostgresVersion version) throws Exception {
    Scene scene = scene(version);
    scene.migration(
        "V2__more.sql",
        "ALTER TABLE items ADD spare int, ADD price int;"
            + " CREATE TABLE owners (id bigint PRIMARY KEY, name text);");
    scene.run("migrate");
    views(scene, "acme");
    views(scene, "bolt");
    try (Load load = new Load()) {
      for (String tenant : List.of("acme", "bolt")) {
        load.loop(scene, tenant, i -> List.of("SELECT * FROM items"));
        load.loop(scene, tenant, i -> List.of("SELECT text FROM outer_shown"));
        load.loop(
            scene,
            tenant,
            i ->
                List.of(
                    "BEGIN",
                    "SELECT count(*) FROM shown",
                    "INSERT INTO owners VALUES (" + i + ", 'owner')",
                    "INSERT INTO items (id, note, price) SELECT "
                        + (1000 + i)
                        + ", text, 7 FROM shown WHERE id = 1",
                    "COMMIT"));
      }
      load.goOn();
      scene.migration("V3__add.sql", "ALTER TABLE items ADD added text DEFAULT 'here';");
      scene.run("migrate");
      load.goOn();
      scene.migration("V4__drop.sql", "ALTER TABLE items DROP spare;");
      scene.migration("V5__type.sql", "ALTER TABLE items ALTER price TYPE bigint;");
      scene.migration("V6__new.sql", "CREATE TABLE fresh (id int); INSERT INTO fresh VALUES (1);");
      scene.run("migrate");
      load.goOn();
      scene.migration("V7__name.sql", "ALTER TABLE items RENAME added TO renamed;");
      scene.run("migrate");
      load.goOn();
      assertThat(load.errors()).isEmpty();
    }
    for (String tenant : List.of("acme", "bolt")) {
      assertThat(columns(scene, "veneer", tenant))
          .containsExactly("id", "note", "price", "renamed");
      try (Client own = scene.as("veneer", scene.role(tenant))) {
        assertThat(own.value("SELECT renamed FROM items WHERE id = 1")).isEqualTo("here");
        assertThat(own.value("SELECT id FROM fresh")).isEqualTo("1");
      }
    }
    scene.isInStep();
  }

  @Test
  void viewsFollowATableAndAColumnThatAreRenamed() throws Exception {
    Scene scene = scene();
    views(scene, "acme");
    scene.migration(
        "V2__names.sql",
        "ALTER TABLE items RENAME note TO remark; ALTER TABLE items RENAME TO articles;");
    scene.run("migrate");
    try (Client acme = scene.as("veneer", scene.role("acme"))) {
      assertThat(acme.rows("SELECT text FROM outer_shown ORDER BY text"))
          .containsExactly("note 1", "note 2", "note 3");
      assertThat(acme.value("SELECT remark FROM articles WHERE id = 2")).isEqualTo("note 2");
      assertThat(acme.refusal("SELECT * FROM items")).isEqualTo("42P01");
    }
    scene.isInStep();
  }

  @EveryPostgres
  void theMirrorIsLockedFromBeforeTheScriptOnUnlessNobodyIsToWait(PostgresVersion version)
      throws Exception {
    Scene scene = scene(version);
    views(scene, "acme");
    scene.migration("V2__late.sql", GATE + "ALTER TABLE items ADD late int;");
    String before = relations(scene);
    try (Client gate = scene.superuser("shard1");
        Client acme = scene.as("veneer", scene.role("acme"));
        Client superuser = scene.superuser("veneer")) {
      gate.execute(HOLD_GATE);
      acme.execute("SET statement_timeout = '300ms'");
      Running waiting = scene.start("migrate", "--tenant", "acme");
      awaitGate(gate);
      assertThat(
              superuser.rows(
                  "SELECT relation::regclass FROM pg_locks JOIN pg_class ON oid = relation"
                      + " WHERE mode = 'AccessExclusiveLock' AND granted AND relnamespace = '"
                      + scene.schema("acme")
                      + "'::regnamespace ORDER BY 1"))
          .extracting(name -> name.substring(name.indexOf('.') + 1))
          .containsExactlyInAnyOrder("items", "shown", "outer_shown", "kept");
      assertThat(acme.refusal("SELECT * FROM items")).isEqualTo("57014");
      assertThat(acme.refusal("SELECT * FROM outer_shown")).isEqualTo("57014");
      waiting.kill();
      await().atMost(Duration.ofMinutes(1)).until(() -> gate.value(GATE_IS_AWAITED).equals("0"));
      assertThat(acme.refusal("SELECT * FROM items")).isEqualTo("00000");
      assertThat(relations(scene)).isEqualTo(before);

      // Nor does the statement that takes the locks leave anything where it is committed.
      superuser.execute("SET ppp.ddl = on");
      for (String statement :
          superuser.rows(
              "SELECT format('ALTER TABLE %s OWNER TO %s', oid::regclass, relowner::regrole)"
                  + " FROM pg_class WHERE relkind IN ('f', 'v', 'm') AND relnamespace = '"
                  + scene.schema("acme")
                  + "'::regnamespace")) {
        superuser.execute(statement);
      }
      assertThat(relations(scene)).isEqualTo(before);

      Running hurried = scene.start("migrate", "--tenant", "acme", "--no-wait");
      awaitGate(gate);
      assertThat(acme.value("SELECT count(*) FROM items")).isEqualTo("3");
      gate.execute(OPEN_GATE);
      assertThat(hurried.status()).as(hurried.err()).isZero();
      assertThat(columns(scene, "veneer", "acme")).containsExactly("id", "late", "note");
    }
    scene.run("migrate");
    scene.isInStep();
  }

  /** What the veneer has in the tenant's schema, and which transactions wrote it. */
  private static String relations(Scene scene) throws SQLException {
    try (Client superuser = scene.superuser("veneer")) {
      return String.join(
          "\n",
          superuser.rows(
              "SELECT oid, xmin, c FROM pg_class AS c WHERE relnamespace = '"
                  + scene.schema("acme")
                  + "'::regnamespace ORDER BY oid"));
    }
  }

  @Test
  void anIdleTransactionOnTheMirrorEndsInAMessageThatNamesItAndChangesNothing() throws Exception {
    Scene scene = scene();
    scene.migration("V2__more.sql", "ALTER TABLE items ADD more int;");
    try (Client acme = scene.as("veneer", scene.role("acme"))) {
      acme.execute("BEGIN");
      acme.execute("SELECT * FROM items");
      InProcess.Result result = scene.ppp("migrate");
      assertThat(result.status()).isEqualTo(7);
      assertThat(result.out()).contains("1 migrated").contains("1 failed");
      assertThat(result.err())
          .contains(
              "PPP613",
              "\"acme\"",
              "process " + acme.value("SELECT pg_backend_pid()"),
              "role \"" + scene.role("acme") + "\" (idle in transaction)",
              scene.schema("acme") + ".items");
      assertThat(columns(scene, "shard1", "acme")).containsExactly("id", "note");
      assertThat(columns(scene, "veneer", "acme")).containsExactly("id", "note");
      assertThat(columns(scene, "veneer", "bolt")).containsExactly("id", "more", "note");
      assertThat(acme.value("SELECT count(*) FROM items")).isEqualTo("3");
      acme.execute("COMMIT");
    }
    scene.run("migrate");
    assertThat(columns(scene, "veneer", "acme")).containsExactly("id", "more", "note");
    scene.isInStep();
  }

  @Test
  void whatMendsAMirrorKeepsNobodyWaitingForAnIdleTransactionEither() throws Exception {
    Scene scene = scene();
    try (Client owner = scene.as("shard1", scene.adminRole())) {
      owner.execute("ALTER TABLE " + scene.table("acme", "items") + " ADD more int");
    }
    try (Client acme = scene.as("veneer", scene.role("acme"))) {
      acme.execute("BEGIN");
      acme.execute("SELECT * FROM items");
      InProcess.Result result = scene.ppp("initialize", "--only", "mirror");
      assertThat(result.status()).isEqualTo(7);
      assertThat(result.err())
          .contains("PPP613", scene.schema("acme"), scene.role("acme"), "idle in transaction");
      assertThat(columns(scene, "veneer", "acme")).containsExactly("id", "note");
      acme.execute("COMMIT");
    }
    scene.run("initialize", "--only", "mirror");
    assertThat(columns(scene, "veneer", "acme")).containsExactly("id", "more", "note");
    scene.isInStep();
  }

  @Test
  void aRunKilledBetweenTheTwoCommitsIsMendedByTheNext() throws Exception {
    Scene scene = scene();
    onVeneer(
        scene,
        """
        CREATE FUNCTION public.at_commit() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END';
        CREATE CONSTRAINT TRIGGER at_commit AFTER UPDATE ON ppp.tenant
          DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.at_commit()""");
    scene.migration("V2__more.sql", "ALTER TABLE items ADD more int;");
    try (Client gate = scene.superuser("veneer")) {
      gate.execute(HOLD_GATE);
      Running ppp = scene.start("migrate", "--tenant", "acme");
      awaitGate(gate);
      assertThat(columns(scene, "shard1", "acme")).containsExactly("id", "more", "note");
      ppp.kill();
      await().atMost(Duration.ofMinutes(1)).until(() -> gate.value(GATE_IS_AWAITED).equals("0"));
      gate.execute(OPEN_GATE);
    }
    assertThat(columns(scene, "veneer", "acme")).containsExactly("id", "note");
    try (Client acme = scene.as("veneer", scene.role("acme"))) {
      assertThat(acme.rows("SELECT * FROM items WHERE id = 2")).containsExactly("2|note 2");
      assertThat(acme.refusal("SELECT more FROM items")).isEqualTo("42703");
      assertThat(scene.run("migrate", "--tenant", "acme")).isEqualTo("0 migrated, 1 up to date\n");
      assertThat(acme.value("SELECT more FROM items WHERE id = 2")).isEqualTo("null");
    }
    scene.run("migrate");
    scene.isInStep();
  }

  @Test
  void aViewOnADroppedColumnKeepsTheScriptFromBeingCommittedAndIsNamed() throws Exception {
    Scene scene = scene();
    onVeneer(
        scene,
        "CREATE SCHEMA reports; CREATE VIEW reports.notes AS SELECT note FROM "
            + scene.table("bolt", "items"));
    scene.migration("V2__more.sql", "ALTER TABLE items ADD more int;");
    scene.migration("V3__drop.sql", "ALTER TABLE items DROP note;");
    InProcess.Result result = scene.ppp("migrate");
    assertThat(result.status()).isEqualTo(7);
    assertThat(result.err())
        .contains("PPP614", "\"bolt\"", "V3__drop.sql", "view reports.notes", "2BP01");
    assertThat(columns(scene, "veneer", "acme")).containsExactly("id", "more");
    assertThat(columns(scene, "shard1", "bolt")).containsExactly("id", "more", "note");
    assertThat(columns(scene, "veneer", "bolt")).containsExactly("id", "more", "note");
    onVeneer(scene, "DROP VIEW reports.notes");
    scene.run("migrate");
    assertThat(columns(scene, "veneer", "bolt")).containsExactly("id", "more");
    scene.isInStep();
  }

  @Test
  void aViewOverTheTablesOfSeveralTenantsMakesThemTakeTurns() throws Exception {
    Scene scene = scene();
    onVeneer(
        scene,
        "CREATE SCHEMA shared; CREATE VIEW shared.items AS SELECT id, note FROM "
            + scene.table("acme", "items")
            + " UNION ALL SELECT id, note FROM "
            + scene.table("bolt", "items"));
    scene.migration("V2__more.sql", "ALTER TABLE items ADD more int; SELECT pg_sleep(0.1);");
    assertThat(scene.run("migrate", "--jobs", "2")).contains("2 migrated");
    scene.isInStep();
  }

  @Test
  void aScriptOutsideATransactionIsFollowedAfterwardsAndSaidToBe() throws Exception {
    Scene scene = scene();
    scene.migration("V2__more.sql", "ALTER TABLE items ADD more int;");
    scene.migration("V3__index.sql", "CREATE INDEX CONCURRENTLY items_more ON items (more);");
    scene.migration("V4__last.sql", "ALTER TABLE items ADD last int;");
    Running ppp = scene.start("migrate");
    assertThat(ppp.status()).as(ppp.err()).isZero();
    assertThat(ppp.err()).containsOnlyOnce("\"V3__index.sql\" runs outside a transaction");
    assertThat(columns(scene, "veneer", "bolt")).containsExactly("id", "last", "more", "note");
    scene.isInStep();
  }

  @Test
  void aScriptMayLeaveAnotherSearchPathBehind() throws Exception {
    Scene scene = scene();
    scene.migration(
        "V2__more.sql",
        "ALTER TABLE items ADD more char(3) COLLATE \"C\"; SET search_path = public;");
    scene.run("migrate");
    assertThat(columns(scene, "veneer", "acme")).containsExactly("id", "more", "note");
    assertThat(columns(scene, "veneer", "bolt")).containsExactly("id", "more", "note");
    scene.isInStep();
  }

  @Test
  void aScriptThatFailsTakesOnlyItselfAway() throws Exception {
    Scene scene = scene();
    scene.migration("V2__more.sql", "ALTER TABLE items ADD more int;");
    scene.migration("V3__fails.sql", "ALTER TABLE items ADD worse int; SELECT 1 / 0;");
    assertThat(scene.ppp("migrate").status()).isEqualTo(7);
    assertThat(columns(scene, "shard1", "acme")).containsExactly("id", "more", "note");
    assertThat(columns(scene, "veneer", "acme")).containsExactly("id", "more", "note");
  }
}
