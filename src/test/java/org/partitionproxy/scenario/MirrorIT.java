package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.cli.InProcess;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;

/** What the veneer shows of a shard, when somebody else changes either of them. */
class MirrorIT {

  /** As PostgreSQL's own importer would make them; it names the default collation, we don't. */
  private static final String COLUMNS =
      """
      SELECT c.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
        a.attcollation::regcollation, a.attnum, f.ftoptions
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_foreign_table AS f ON f.ftrelid = c.oid
      LEFT JOIN pg_catalog.pg_attribute AS a
        ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE c.relnamespace = '%s'::regnamespace
      ORDER BY c.relname, a.attnum""";

  private static final String PLAIN_TABLES =
      """
      CREATE TABLE plain (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, small smallint, n numeric(10, 2),
        t text NOT NULL, v varchar(20), c character(3), b bytea, at timestamptz(3) NOT NULL,
        d date, i interval day to second(2), j jsonb, u uuid, bits bit(5), flags boolean[],
        texts text[] NOT NULL, matrix numeric(4, 1)[], range tstzrange, ip inet, "char" "char",
        net cidr, gone int, name name, x xml, search tsvector, place point);
      ALTER TABLE plain DROP COLUMN gone;
      CREATE TABLE collations (
        id int, c text COLLATE "C", p varchar(10) COLLATE "POSIX", ps text[] COLLATE "C",
        u text COLLATE ucs_basic, d text COLLATE "default");
      CREATE TABLE defaults (id int DEFAULT 3, double_id int GENERATED ALWAYS AS (id * 2) STORED);
      CREATE TABLE empty ();
      CREATE TABLE "Größe ""x"" 'y'" ("Été {}?" int, "select" text, "столбец" int, " " int);
      CREATE TABLE parts (id int NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
      CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
      CREATE TABLE parent (id int NOT NULL);
      CREATE TABLE child (more text) INHERITS (parent);
      CREATE VIEW seen AS SELECT id, t FROM plain;
      CREATE MATERIALIZED VIEW kept AS SELECT id, t FROM plain;
      """;

  @TempDir private Path folder;

  private Scene scene(PostgresVersion version) throws Exception {
    Scene scene =
        new Scene(folder, TestServer.shared("a", version), TestServer.shared("b", version));
    scene.withoutMigrations();
    scene.run("initialize");
    return scene;
  }

  private Scene scene() throws Exception {
    return scene(PostgresVersion.embedded());
  }

  private static void onVeneer(Scene scene, String sql) throws SQLException {
    try (Client owner = scene.mirrorOwner()) {
      owner.execute("SET search_path = \"" + scene.schema("acme") + "\"");
      owner.execute(sql);
    }
  }

  private static String asTenant(Scene scene, String query) throws SQLException {
    try (Client tenant = scene.as("veneer", scene.role("acme"))) {
      return tenant.value(query);
    }
  }

  /** Shows it in the plan, makes it, and then there is nothing more to do. */
  private static String mends(Scene scene) {
    String plan = scene.run("plan", "--sql");
    assertThat(plan).contains("foreign table");
    scene.run("initialize");
    scene.isInStep();
    return plan;
  }

  @EveryPostgres
  void isWhatImportForeignSchemaWouldMake(PostgresVersion version) throws Exception {
    Scene scene = scene(version);
    scene.onShard("acme", PLAIN_TABLES);
    mends(scene);
    try (Client superuser = scene.superuser("veneer")) {
      superuser.execute("CREATE SCHEMA imported");
      superuser.execute("GRANT USAGE, CREATE ON SCHEMA imported TO " + scene.mirrorRole());
    }
    onVeneer(
        scene,
        "IMPORT FOREIGN SCHEMA " + scene.schema("acme") + " FROM SERVER shard1 INTO imported");
    try (Client superuser = scene.superuser("veneer")) {
      List<String> mirrored = superuser.rows(COLUMNS.formatted(scene.schema("acme")));
      assertThat(mirrored)
          .hasSizeGreaterThan(40)
          .noneMatch(line -> line.startsWith("parts_1"))
          .anyMatch(line -> line.startsWith("empty|null"))
          .isEqualTo(superuser.rows(COLUMNS.formatted("imported")));
    }
    assertThat(asTenant(scene, "SELECT count(*) FROM \"Größe \"\"x\"\" 'y'\"")).isEqualTo("0");
    assertThat(asTenant(scene, "SELECT count(*) FROM empty")).isEqualTo("0");
  }

  @Test
  void followsTheShardWithAlterSoThatViewsStay() throws Exception {
    Scene scene = scene();
    scene.onShard(
        "acme",
        "CREATE TABLE items (id int NOT NULL, note varchar(10), gone int, free int);"
            + "INSERT INTO items VALUES (1, 'one', 2, 3)");
    mends(scene);
    onVeneer(scene, "CREATE VIEW notes AS SELECT id, note FROM items");

    scene.onShard(
        "acme",
        "ALTER TABLE items DROP gone, ADD extra date DEFAULT '2026-01-01', ALTER id DROP NOT NULL,"
            + " ALTER note SET NOT NULL, ALTER free TYPE bigint");
    assertThat(mends(scene))
        .contains("DROP COLUMN \"gone\"", "ADD COLUMN \"extra\" date", "SET NOT NULL")
        .doesNotContain("DROP FOREIGN TABLE", "CREATE FOREIGN TABLE");
    assertThat(asTenant(scene, "SELECT i FROM items AS i")).isEqualTo("(1,one,3,2026-01-01)");
    try (Client owner = scene.mirrorOwner()) {
      assertThat(owner.value("SELECT n FROM " + scene.table("acme", "notes AS n")))
          .isEqualTo("(1,one)");
    }
    assertThat(scene.run("plan", "--sql")).isEqualTo(Scene.NOTHING_TO_DO);
  }

  @Test
  void aColumnThatAViewUsesStopsItsTenantOnlyAndSaysWhy() throws Exception {
    Scene scene = scene();
    scene.tenant("bolt", "shard1");
    scene.run("initialize");
    scene.onShard("acme", "CREATE TABLE items (id int, note text)");
    mends(scene);
    onVeneer(scene, "CREATE VIEW notes AS SELECT id, note FROM items");
    scene.onShard("acme", "ALTER TABLE items DROP COLUMN note; CREATE TABLE later (id int)");
    scene.onShard("acme", "CREATE TABLE " + scene.table("bolt", "items (id int)"));
    var result = scene.ppp("initialize");
    assertThat(result.status()).isEqualTo(7);
    assertThat(result.err())
        .contains("error[PPP507]: alter foreign table ", "2BP01", "view ", "notes depends on");
    assertThat(scene.run("plan")).contains("items", "later").doesNotContain(scene.schema("bolt"));
    onVeneer(scene, "DROP VIEW notes");
    mends(scene);
  }

  @Test
  void mendsWhatWasChangedOnTheVeneerByHand() throws Exception {
    Scene scene = scene();
    scene.onShard(
        "acme", "CREATE TABLE items (id int NOT NULL, note text); CREATE TABLE more (id int)");
    mends(scene);
    onVeneer(
        scene,
        "ALTER FOREIGN TABLE items ADD COLUMN wrong int, ALTER note TYPE varchar(3),"
            + " ALTER id DROP NOT NULL; DROP FOREIGN TABLE more");
    assertThat(mends(scene)).contains("DROP COLUMN \"wrong\"", "TYPE text", "CREATE FOREIGN TABLE");
    onVeneer(
        scene,
        "ALTER FOREIGN TABLE items OPTIONS (SET table_name 'more');"
            + " REVOKE SELECT ON items FROM "
            + scene.role("acme"));
    assertThat(mends(scene)).contains("SET table_name 'items'", "GRANT SELECT");
    onVeneer(scene, "DROP FOREIGN TABLE items, more");
    scene.onShard("acme", "DROP TABLE more");
    mends(scene);
    assertThat(asTenant(scene, "SELECT count(*) FROM items")).isEqualTo("0");
  }

  @Test
  void followsTablesThatWereDroppedAndMadeAgainAndGrants() throws Exception {
    Scene scene = scene();
    scene.onShard("acme", "CREATE TABLE items (id int); CREATE TABLE gone (id int)");
    mends(scene);
    scene.onShard("acme", "DROP TABLE items, gone; CREATE TABLE items (name text, id bigint)");
    assertThat(mends(scene)).contains("DROP FOREIGN TABLE");
    assertThat(asTenant(scene, "SELECT count(name) FROM items")).isEqualTo("0");

    scene.onShard("acme", "REVOKE INSERT, UPDATE, DELETE ON items FROM " + scene.role("acme"));
    assertThat(mends(scene)).contains("REVOKE DELETE, INSERT, UPDATE");
    try (Client tenant = scene.as("veneer", scene.role("acme"))) {
      assertThat(tenant.refusal("DELETE FROM items")).isEqualTo("42501");
      assertThat(tenant.refusal("SELECT FROM items")).isEqualTo("00000");
    }
  }

  @Test
  void namesAndLeavesOutWhatItCannotShow() throws Exception {
    Scene scene = scene();
    scene.onShard(
        "acme",
        "CREATE TABLE pair (a int, b int); CREATE TABLE feelings (id int, mood pair);"
            + " CREATE TABLE items (id int)");
    var result = scene.ppp("initialize");
    assertThat(result.status()).isZero();
    assertThat(result.err())
        .contains("note: table " + scene.schema("acme") + ".feelings", "column \"mood\" has type");
    // As long as it is so, and although nothing has to be read again to know it.
    assertThat(scene.run("plan"))
        .startsWith("note: table " + scene.schema("acme") + ".feelings is not shown")
        .endsWith(Scene.NOTHING_TO_DO);
    assertThat(scene.run("status")).doesNotContain("drifted");
    assertThat(asTenant(scene, "SELECT count(*) FROM items")).isEqualTo("0");
    scene.onShard("acme", "ALTER TABLE feelings ALTER mood TYPE text");
    mends(scene);
    assertThat(asTenant(scene, "SELECT count(mood) FROM feelings")).isEqualTo("0");
    scene.onShard("acme", "ALTER TABLE feelings ALTER mood TYPE pair USING NULL");
    assertThat(scene.run("plan", "--sql")).contains("DROP FOREIGN TABLE");
    scene.run("initialize");
    assertThat(scene.run("plan")).endsWith(Scene.NOTHING_TO_DO);
  }

  @Test
  void aTableThatIsRenamedWhileItIsReadIsShownAsItWasOrAsItIs() throws Exception {
    Scene scene = scene();
    scene.onShard(
        "acme",
        "CREATE TABLE first (id int DEFAULT 1);"
            + " CREATE TABLE last (id int GENERATED BY DEFAULT AS IDENTITY)");
    mends(scene);
    scene.onShard("acme", "CREATE TABLE third (id int)");
    try (Client owner = scene.as("shard1", scene.adminRole());
        Client superuser = scene.superuser("shard1")) {
      owner.execute("BEGIN; SET LOCAL search_path = \"" + scene.schema("acme") + "\"");
      owner.execute("ALTER TABLE first RENAME TO first2; ALTER TABLE last RENAME TO last2");
      CompletableFuture<InProcess.Result> run =
          CompletableFuture.supplyAsync(() -> scene.ppp("initialize"));
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  !superuser
                      .value(
                          "SELECT count(*) FROM pg_locks AS l JOIN pg_database AS d"
                              + " ON d.oid = l.database WHERE NOT l.granted"
                              + " AND d.datname = current_database()")
                      .equals("0"));
      owner.execute("COMMIT");
      InProcess.Result result = run.join();
      assertThat(result.status()).as(result.err()).isZero();
    }
    scene.run("initialize");
    scene.isInStep();
    assertThat(asTenant(scene, "INSERT INTO last2 DEFAULT VALUES RETURNING id")).isEqualTo("1");
  }

  @Test
  void leavesAloneWhatItDidNotMake() throws Exception {
    Scene scene = scene();
    scene.onShard("acme", "CREATE TABLE items (id int)");
    mends(scene);
    onVeneer(
        scene, "CREATE FOREIGN TABLE hand (id int) SERVER shard1 OPTIONS (table_name 'items')");
    String plan = scene.run("plan");
    assertThat(plan)
        .contains("note: foreign table ", "hand was not made by ppp and is left alone")
        .endsWith(Scene.NOTHING_TO_DO);
    for (String name : List.of("hand2", "hand3", "hand4")) {
      onVeneer(scene, "CREATE FOREIGN TABLE " + name + " () SERVER shard1");
    }
    assertThat(scene.run("plan").lines().filter(line -> line.startsWith("note: ")))
        .singleElement()
        .asString()
        .startsWith("note: 4 foreign tables were not made by ppp and are left alone: ")
        .endsWith("hand3, ...");
    for (String name : List.of("hand2", "hand3", "hand4")) {
      onVeneer(scene, "DROP FOREIGN TABLE " + name);
    }
    scene.run("initialize");
    scene.onShard("acme", "CREATE TABLE hand (id int)");
    assertThat(scene.run("plan")).contains("hand was not made by ppp");
    scene.run("initialize");
    try (Client superuser = scene.superuser("veneer")) {
      assertThat(
              superuser.value(
                  "SELECT ftoptions FROM pg_foreign_table WHERE ftrelid = '"
                      + scene.table("acme", "hand")
                      + "'::regclass"))
          .isEqualTo("{table_name=items}");
    }
    // A plain table in its place is in the way of one of the shard.
    scene.onShard("acme", "CREATE TABLE local (id int)");
    try (Client superuser = scene.superuser("veneer")) {
      superuser.execute("CREATE TABLE " + scene.table("acme", "local (id int)"));
    }
    assertThat(scene.run("plan")).contains("local of the shard is not shown");
    scene.run("initialize");
  }

  @Test
  void namesThatNeedQuotesWorkEverywhere() throws Exception {
    Scene scene = new Scene(folder, TestServer.shared("a"), TestServer.shared("b"));
    scene.schema("acme", "Ünï \"q\" 'x' " + scene.database());
    scene.migration("V2__q.sql", "CREATE TABLE \"Mixed Case\" (\"Ключ\" int);");
    scene.run("initialize");
    scene.isInStep();
    scene.showsEveryTenant(3);
    assertThat(asTenant(scene, "SELECT count(\"Ключ\") FROM \"Mixed Case\"")).isEqualTo("0");
    scene.run("teardown", "--tenant", "acme", "--drop-data", "--yes");
    scene.run("initialize");
    scene.isInStep();
    scene.showsEveryTenant(3);
  }

  @Test
  void tenantsAndShardsThatLeftTheFileAreShownAndLeftAlone() throws Exception {
    Scene scene =
        new Scene(folder, TestServer.shared("a"), TestServer.shared("b"), TestServer.shared("c"));
    scene.run("initialize");
    String bolt = scene.role("bolt");
    scene.forget("bolt");
    scene.forgetShard("shard2");
    assertThat(scene.run("plan"))
        .contains(
            "note: tenant \"bolt\" (schema \"" + scene.schema("bolt") + "\" on shard \"shard2\")",
            "is left alone",
            "note: foreign server \"shard2\"")
        .endsWith(Scene.NOTHING_TO_DO);
    assertThat(scene.ppp("initialize").out()).isEqualTo(Scene.NOTHING_TO_DO);
    try (Client own = scene.as("veneer", bolt)) {
      assertThat(own.value("SELECT count(*) FROM items")).isEqualTo("3");
    }
    try (Client app = scene.as("veneer", scene.appRole())) {
      assertThat(app.value("SELECT count(*) FROM " + scene.table("bolt", "items"))).isEqualTo("3");
    }
  }
}
