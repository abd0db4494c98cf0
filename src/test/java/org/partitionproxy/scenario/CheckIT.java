package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.cli.InProcess;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What ppp says of an application's statements, and that it is so. */
class CheckIT {

  private static final String TABLES =
      """
      CREATE TYPE mood AS ENUM ('sad', 'glad');
      CREATE TABLE jobs (id bigserial PRIMARY KEY, note text, mood mood, at timestamptz);
      INSERT INTO jobs (note, mood) SELECT 'job ' || n, 'sad' FROM generate_series(1, 2000) AS n;
      CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN $1 * 2;
      CREATE TABLE own (who text, note text);
      ALTER TABLE own ENABLE ROW LEVEL SECURITY;
      CREATE POLICY mine ON own USING (who = current_setting('app.who', true));
      INSERT INTO own VALUES ('ann', 'hers');
      CREATE TABLE audited (note text);
      CREATE TABLE audit (note text);
      CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN INSERT INTO audit VALUES (NEW.note); RETURN NEW; END';
      CREATE TRIGGER keep BEFORE INSERT ON audited FOR EACH ROW EXECUTE FUNCTION keep();
      CREATE TABLE days (day date, note text) PARTITION BY RANGE (day);
      CREATE TABLE day PARTITION OF days DEFAULT;
      INSERT INTO days VALUES ('2026-05-05', 'a');
      """;

  /** Each works on the shard; the comment tells what is said of it. */
  private static final String STATEMENTS =
      """
      INSERT INTO jobs (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET note = 'x'; -- fails 42P10
      INSERT INTO jobs (id) VALUES (1) ON CONFLICT (id) DO NOTHING; -- fails 42P10
      INSERT INTO jobs (id) VALUES (1) ON CONFLICT ON CONSTRAINT jobs_pkey DO NOTHING; -- fails 42704
      INSERT INTO jobs (id) VALUES (1) ON CONFLICT DO NOTHING; --
      MERGE INTO jobs USING (SELECT 1 AS id) s ON s.id = jobs.id WHEN MATCHED THEN DO NOTHING; -- fails 0A000
      LOCK TABLE jobs IN SHARE MODE; -- fails 42809
      COPY jobs TO STDOUT; -- fails 42809
      COPY (SELECT id FROM jobs WHERE mood = 'sad'::mood) TO STDOUT; --
      SELECT nextval('jobs_id_seq'); -- fails 42P01
      SELECT nextval(concat('jobs', '_id_seq')::regclass); -- fails 42P01
      SELECT currval('jobs_id_seq'); -- fails 42P01
      SELECT lastval(); -- fails 55000
      SELECT twice(1); -- fails 42883
      SELECT pg_notify('a', 'b'); -- fails 42501
      CREATE TEMP TABLE mine (id int); -- fails 42501
      SELECT id FROM jobs ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED; -- blocks
      SELECT id FROM jobs WHERE id = 1 FOR UPDATE NOWAIT; -- blocks
      SELECT id FROM jobs WHERE id = 1 FOR NO KEY UPDATE; -- differs
      SELECT id FROM jobs WHERE id = 1 FOR KEY SHARE; -- differs
      SELECT id FROM jobs WHERE id = 1 FOR UPDATE; --
      SELECT xmin FROM jobs WHERE id = 1; -- differs
      SELECT id FROM jobs WHERE ctid = '(0,1)'; -- differs
      SELECT pg_advisory_xact_lock(7); -- differs
      SELECT pg_total_relation_size('jobs'); -- differs
      SELECT set_config('app.who', 'ann', false); -- differs
      SET app.who = 'ann'; -- differs
      SET lock_timeout = '1min'; -- differs
      SET work_mem = '8MB'; --
      NOTIFY a; -- differs
      LISTEN a; -- differs
      SELECT note FROM jobs WHERE mood = 'sad'; -- slow
      SELECT count(*) FROM jobs WHERE to_char(at, 'YYYY') = '2026'; -- slow
      UPDATE jobs SET note = random()::text WHERE id > 5; -- slow
      UPDATE jobs SET note = 'x' WHERE id > 5; --
      UPDATE days SET note = now()::text WHERE day = '2026-05-05'; -- fails 0A000
      DELETE FROM days WHERE random() < 2; -- fails 0A000, slow
      DELETE FROM days WHERE day < '2020-01-01'; --
      INSERT INTO jobs (note) SELECT n::text FROM generate_series(1, 50) n RETURNING id; -- slow
      SELECT count(*) FROM jobs; --
      SELECT id FROM jobs WHERE mood = 'sad' LIMIT 1 FOR UPDATE; -- blocks, slow
      SELECT '{"a": 1}'::jsonb ? 'a'; --
      SAVEPOINT s; --
      """;

  @TempDir private Path folder;

  private Scene scene(PostgresVersion version) throws Exception {
    Scene scene =
        new Scene(folder, TestServer.shared("a", version), TestServer.shared("b", version));
    scene.withoutMigrations();
    scene.run("initialize");
    try (Client owner = scene.as("shard1", scene.adminRole())) {
      owner.execute("SET search_path = \"" + scene.schema("acme") + "\"");
      owner.execute(TABLES);
    }
    scene.run("initialize");
    return scene;
  }

  /** A line's number, verdict and SQLSTATE: {@code 6 fails 42809}. */
  private record Said(int line, String statement, String verdict, String sqlState) {
    @Override
    public String toString() {
      return (line + " " + verdict + " " + sqlState).strip();
    }
  }

  private List<Said> check(Scene scene, String statements) throws IOException {
    Path file = Files.writeString(folder.resolve("app.sql"), statements);
    JsonNode report =
        new JsonMapper()
            .readTree(scene.run("check", "--output", "json", "--file", file.toString()));
    List<Said> said = new ArrayList<>();
    report
        .path("findings")
        .forEach(
            f ->
                said.add(
                    new Said(
                        f.path("line").asInt(),
                        f.path("statement").asString(),
                        f.path("verdict").asString(),
                        f.path("sql_state").asString(""))));
    return said;
  }

  private static List<String> expected() {
    List<String> lines = STATEMENTS.lines().toList();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String verdict = lines.get(i).substring(lines.get(i).lastIndexOf("--") + 2).strip();
      for (String one : verdict.isEmpty() ? new String[0] : verdict.split(", ")) {
        expected.add(i + 1 + " " + one);
      }
    }
    return expected;
  }

  @EveryPostgres
  void namesWhatTheVeneerCantDoAndLeavesNothing(PostgresVersion version) throws Exception {
    Scene scene = scene(version);
    String before = scene.state();
    List<Said> said = check(scene, STATEMENTS);
    assertThat(scene.state()).isEqualTo(before);
    assertThat(said).extracting(Said::toString).containsExactlyElementsOf(expected());
    try (Client veneer = scene.as("veneer", scene.role("acme"));
        Client shard = scene.as("shard1", scene.role("acme"))) {
      for (Said failing : said.stream().filter(s -> s.verdict().equals("fails")).toList()) {
        assertThat(inTransaction(veneer, failing.statement()))
            .as(failing.statement())
            .isEqualTo(failing.sqlState());
        assertThat(inTransaction(shard, failing.statement()))
            .as("on the shard: %s", failing.statement())
            .isEqualTo(onTheShard(failing.statement()));
      }
    }
    blocksAndDiffers(scene);
    applicationIsWarned(scene);
  }

  private static String onTheShard(String statement) {
    if (statement.startsWith("COPY")) {
      // The driver's own word when the server begins to send rows.
      return "0A000";
    }
    // Walled off there too, other than on a PostgreSQL without ppp.
    return statement.startsWith("CREATE TEMP") ? "42501" : "00000";
  }

  private static String inTransaction(Client client, String statement) throws SQLException {
    client.execute("BEGIN");
    client.execute("SELECT 1 FROM jobs LIMIT 1");
    String refusal = client.refusal(statement);
    client.execute("ROLLBACK");
    return refusal;
  }

  private static void blocksAndDiffers(Scene scene) throws SQLException {
    try (Client veneer = scene.as("veneer", scene.role("acme"));
        Client shard = scene.as("shard1", scene.role("acme"));
        Client other = scene.as("shard1", scene.role("acme"))) {
      other.execute("BEGIN; SELECT id FROM jobs WHERE id = 1 FOR UPDATE");
      veneer.execute("SET statement_timeout = '200ms'; SET lock_timeout = '1ms'");
      String queue = "SELECT id FROM jobs ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED";
      assertThat(shard.value(queue)).isEqualTo("2");
      assertThat(veneer.refusal(queue)).isEqualTo("57014");
      String now = "SELECT id FROM jobs WHERE id = 1 FOR UPDATE NOWAIT";
      assertThat(shard.refusal(now)).isEqualTo("55P03");
      assertThat(veneer.refusal(now)).isEqualTo("57014");
      other.execute("ROLLBACK");
      veneer.execute("RESET ALL");

      veneer.execute("BEGIN; SELECT id FROM jobs WHERE id = 1 FOR KEY SHARE");
      assertThat(shard.refusal("SELECT id FROM jobs WHERE id = 1 FOR NO KEY UPDATE NOWAIT"))
          .isEqualTo("55P03");
      veneer.execute("ROLLBACK; BEGIN; SELECT id FROM jobs WHERE id = 1 FOR NO KEY UPDATE");
      assertThat(shard.refusal("SELECT id FROM jobs WHERE id = 1 FOR KEY SHARE NOWAIT"))
          .isEqualTo("55P03");
      veneer.execute("ROLLBACK");

      String filtered = "SELECT id FROM jobs WHERE mood = 'sad' LIMIT 1 FOR UPDATE";
      veneer.execute("BEGIN; " + filtered);
      assertThat(shard.refusal("SELECT id FROM jobs WHERE id = 1999 FOR UPDATE NOWAIT"))
          .isEqualTo("55P03");
      veneer.execute("ROLLBACK");

      assertThat(veneer.value("SELECT xmin FROM jobs WHERE id = 1")).isEqualTo("0");
      assertThat(veneer.value("SELECT pg_total_relation_size('jobs')")).isEqualTo("0");
      veneer.execute("SELECT pg_advisory_lock(7)");
      assertThat(shard.value("SELECT pg_try_advisory_lock(7)")).isEqualTo("t");
    }
  }

  private static void applicationIsWarned(Scene scene) throws SQLException {
    assertThat(scene.run("check"))
        .contains("policy mine of own", "keep (trigger keep of audited)", "fails 40001")
        .contains("no fields for constraint")
        .doesNotContain("_ppp_number", "two shards");
    try (Client veneer = scene.as("veneer", scene.role("acme"));
        Client shard = scene.as("shard1", scene.role("acme"))) {
      veneer.execute("SET app.who = 'ann'");
      shard.execute("SET app.who = 'ann'");
      assertThat(veneer.rows("SELECT note FROM own")).isEmpty();
      assertThat(shard.rows("SELECT note FROM own")).containsExactly("hers");

      assertThat(shard.refusal("INSERT INTO audited VALUES ('x')")).isEqualTo("00000");
      assertThat(veneer.refusal("INSERT INTO audited VALUES ('x')")).isEqualTo("42P01");

      String repeated =
          """
          DO $$ DECLARE name text; BEGIN
            INSERT INTO jobs (id) VALUES (1);
          EXCEPTION WHEN unique_violation THEN
            GET STACKED DIAGNOSTICS name = CONSTRAINT_NAME;
            PERFORM set_config('app.name', name, false);
          END $$""";
      veneer.execute(repeated);
      shard.execute(repeated);
      assertThat(shard.value("SELECT current_setting('app.name')")).isEqualTo("jobs_pkey");
      assertThat(veneer.value("SELECT current_setting('app.name')")).isEmpty();

      for (Client client : List.of(veneer, shard)) {
        client.execute("BEGIN; SELECT note FROM jobs WHERE id = 1");
        try (Client other = scene.as("shard1", scene.role("acme"))) {
          other.execute("UPDATE jobs SET note = note WHERE id = 1");
        }
        assertThat(client.refusal("UPDATE jobs SET note = 'x' WHERE id = 1"))
            .isEqualTo(client == veneer ? "40001" : "00000");
        client.execute("ROLLBACK");
      }
    }
  }

  @Test
  void refusesPreparedTransactionsAndGoesOnAfterMistakes() throws Exception {
    Scene scene = scene(PostgresVersion.embedded());
    assertThat(
            check(
                scene,
                """
                SELECT * FORM jobs;
                \\echo psql has its own; commands
                COPY jobs (id, note) FROM STDIN;
                1	a; b
                \\.
                -- a remark
                SELECT id FROM nothing WHERE x = $1;
                CREATE TABLE t (a int b int);
                BEGIN;
                PREPARE TRANSACTION 'x';
                COMMIT;
                RESET ROLE;
                DROP TABLE jobs;
                SELECT 1"""))
        .extracting(Said::toString)
        .containsExactly(
            "1 unclear 42601",
            "7 unclear 42P01",
            "8 unclear 42601",
            "10 fails 0A000",
            "12 unclear 42501",
            "13 unclear 42501");
    try (Client veneer = scene.as("veneer", scene.role("acme"))) {
      assertThat(inTransaction(veneer, "PREPARE TRANSACTION 'x'")).isEqualTo("0A000");
    }
    Path file = folder.resolve("app.sql");
    InProcess.Result found = scene.ppp("check", "--file", file.toString(), "--exit-code");
    assertThat(found.status()).isEqualTo(10);
    assertThat(found.out()).contains("app.sql:1:10 ", "10 statements: 1 fails, 5 unclear, 4 fine.");
    Path none = Files.writeString(folder.resolve("none.sql"), "-- nothing yet\n");
    assertThat(scene.ppp("check", "--file", none.toString()).err()).contains("has no statements");
    InProcess.Result uncounted = scene.ppp("check", "--from-statistics", "shard1");
    assertThat(uncounted.status()).isEqualTo(3);
    assertThat(uncounted.err()).contains("CREATE EXTENSION pg_stat_statements");
  }

  @Test
  void saysWhatIsWrongWithItsInput() throws Exception {
    Scene scene = new Scene(folder, TestServer.shared("a"), TestServer.shared("b"));
    InProcess.Result missing = scene.ppp("check", "--file", folder.resolve("no.sql").toString());
    assertThat(missing.status()).isEqualTo(2);
    assertThat(missing.err()).contains("there is no such file");
    assertThat(scene.ppp("check", "--file", folder.toString()).err()).contains("it is a folder");
    assertThat(scene.ppp("check", "--tenant", "nobody").status()).isEqualTo(2);
    scene.run("initialize");
    scene.tenant("newcomer", "shard1");
    assertThat(scene.ppp("check", "--tenant", "newcomer").err())
        .contains("has no tenant \"newcomer\"", "ppp initialize");
    scene.place("shard1").port = TestServer.freePort();
    scene.write();
    assertThat(scene.ppp("check").status()).isEqualTo(4);
  }

  @Test
  void takesStatementsFromTheStatisticsOfAServer() throws Exception {
    TestServer counting = TestServer.shared("counting");
    Scene scene = new Scene(folder, TestServer.shared("a"), counting);
    scene.withoutMigrations();
    scene.run("initialize");
    try (Client superuser = scene.superuser("shard1")) {
      superuser.execute("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'");
      superuser.execute("CREATE EXTENSION pg_stat_statements");
    }
    counting.stop();
    counting.restart();
    try (Client owner = scene.as("shard1", scene.adminRole())) {
      owner.execute("SET search_path = \"" + scene.schema("acme") + "\"");
      owner.execute("CREATE TABLE jobs (id bigint PRIMARY KEY)");
    }
    scene.run("initialize");
    try (Client app = scene.as("shard1", scene.role("acme"))) {
      app.execute("SELECT id FROM jobs WHERE id > 7 LIMIT 1 FOR UPDATE SKIP LOCKED");
      app.execute("SELECT id FROM jobs WHERE id > 8 LIMIT 1 FOR UPDATE SKIP LOCKED");
    }
    assertThat(scene.run("check", "--from-statistics", "shard1"))
        .contains("statistics of shard1:", "id > $1 LIMIT $2", "(2 calls)", "blocks");
  }
}
