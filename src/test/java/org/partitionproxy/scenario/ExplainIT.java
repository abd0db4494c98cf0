package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.cli.InProcess;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;

/** One plan for both ends, and why work is not left to the shard. */
class ExplainIT {

  private static final String TABLES =
      """
      CREATE TYPE mood AS ENUM ('sad', 'glad');
      CREATE TABLE jobs (id bigint PRIMARY KEY, note text, mood mood, at timestamptz, n int);
      CREATE TABLE runs (id bigint PRIMARY KEY, job bigint NOT NULL, took int);
      INSERT INTO jobs SELECT n, 'job ' || n, 'sad', now(), n % 10
        FROM generate_series(1, 2000) AS n;
      INSERT INTO runs SELECT n, n % 2000 + 1, n % 7 FROM generate_series(1, 5000) AS n;
      """;

  @TempDir private Path folder;

  private Scene scene(PostgresVersion version) throws Exception {
    Scene scene =
        new Scene(
            folder,
            TestServer.shared("a", version),
            TestServer.shared("b", version),
            TestServer.shared("a", version));
    scene.withoutMigrations();
    scene.run("initialize");
    scene.onShard("acme", TABLES);
    scene.onShard("bolt", "CREATE TABLE jobs (id bigint PRIMARY KEY, note text)");
    scene.run("initialize");
    return scene;
  }

  @EveryPostgres
  void tells(PostgresVersion version) throws Exception {
    Scene scene = scene(version);
    for (String sql :
        new String[] {
          "SELECT * FROM jobs WHERE id = 7",
          "SELECT * FROM jobs WHERE mood = 'sad' ORDER BY id LIMIT 3",
          "SELECT * FROM jobs WHERE at > now()",
          "SELECT * FROM jobs WHERE coalesce(n, 3) = 3",
          "SELECT * FROM jobs WHERE note COLLATE \"C\" < 'k'",
          "SELECT n, count(*) FROM jobs GROUP BY n",
          "SELECT mood, count(*) FROM jobs GROUP BY mood",
          "SELECT DISTINCT n FROM jobs",
          "SELECT j.note, r.took FROM jobs j JOIN runs r ON r.job = j.id WHERE j.id < 5",
          "SELECT * FROM jobs j WHERE EXISTS (SELECT FROM runs r WHERE r.job = j.id)",
          "SELECT * FROM jobs j WHERE NOT EXISTS (SELECT FROM runs r WHERE r.job = j.id)",
          "SELECT id, (SELECT max(took) FROM runs r WHERE r.job = j.id) FROM jobs j WHERE id < 5",
          "WITH m AS MATERIALIZED (SELECT id FROM jobs) SELECT count(*) FROM m",
          "SELECT count(*) FROM (SELECT id FROM jobs UNION ALL SELECT id FROM runs) u",
          "SELECT * FROM jobs WHERE id = $1",
          "UPDATE jobs SET note = 'x' WHERE id = 7",
          "UPDATE jobs SET note = random()::text WHERE id = 7",
          "INSERT INTO jobs (id) VALUES (9999)",
          "SELECT row_number() OVER (ORDER BY id) FROM jobs",
        }) {
      System.out.println("### " + version + " " + sql);
      InProcess.Result result = scene.ppp("explain", "acme", sql);
      System.out.println(result.out() + result.err());
    }
    System.out.println(
        scene.ppp("explain", "acme", "SELECT n, count(*) FROM jobs GROUP BY n", "--analyze").out());
    System.out.println(
        scene
            .ppp(
                "explain",
                "acme",
                "SELECT * FROM jobs WHERE mood = 'sad' ORDER BY id LIMIT 3",
                "--analyze",
                "-o",
                "json")
            .out());
    System.out.println(
        scene
            .ppp(
                "explain",
                "veneer",
                "SELECT * FROM "
                    + scene.table("acme", "jobs")
                    + " a JOIN "
                    + scene.table("bolt", "jobs")
                    + " b USING (id)",
                "--analyze")
            .out());
    assertThat(scene.ppp("explain", "veneer", "SELEC 1").err()).contains("statement:1:1");
  }
}
