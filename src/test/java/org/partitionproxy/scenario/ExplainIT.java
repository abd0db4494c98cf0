package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.cli.InProcess;
import org.partitionproxy.db.Connector;
import org.partitionproxy.explain.CombinedPlan;
import org.partitionproxy.explain.Execution;
import org.partitionproxy.explain.ExplainRequest;
import org.partitionproxy.explain.Explainer;
import org.partitionproxy.explain.PlanStep;
import org.partitionproxy.explain.ShardPart;
import org.partitionproxy.inspect.Values;
import org.partitionproxy.secret.SecretStore;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;
import org.partitionproxy.topology.Topology;
import org.partitionproxy.topology.TopologyReader;

/** One plan for both ends, and why work is not left to the shard. */
class ExplainIT {

  private static final String TABLES =
      """
      CREATE TYPE mood AS ENUM ('sad', 'glad');
      CREATE TABLE jobs (id bigint PRIMARY KEY, note text, mood mood, at timestamptz, n int);
      CREATE TABLE runs (id bigint PRIMARY KEY, job bigint NOT NULL, took int);
      INSERT INTO jobs SELECT n, 'job ' || n, 'sad', now(), n % 10
        FROM generate_series(1, 2000) AS n;
      CREATE TABLE fresh (id bigint, note text);
      CREATE TABLE audit (n int);
      CREATE FUNCTION noted() RETURNS int LANGUAGE plpgsql SET search_path FROM CURRENT
        AS 'BEGIN INSERT INTO audit VALUES (1); RETURN 1; END';
      CREATE VIEW noting AS SELECT noted() AS n;
      CREATE VIEW broken AS SELECT ('hush'::text)::int AS n;
      INSERT INTO runs SELECT n, n % 2000 + 1, n % 7 FROM generate_series(1, 5000) AS n;
      """;

  /** On the veneer, by its administrator. */
  private static final String OWN_OBJECTS =
      """
      SET ppp.ddl = on;
      CREATE EXTENSION hstore;
      CREATE FUNCTION public.twice(int) RETURNS int LANGUAGE plpgsql IMMUTABLE
        AS 'BEGIN RETURN $1 * 2; END';
      CREATE VIEW public.shown AS SELECT * FROM ACME.jobs;
      ALTER VIEW public.shown OWNER TO ADMIN;
      CREATE TABLE public.parts (id bigint, n int) PARTITION BY LIST (n);
      CREATE FOREIGN TABLE public.part_1 PARTITION OF public.parts FOR VALUES IN (1)
        SERVER shard1 OPTIONS (schema_name 'nowhere', table_name 'jobs');
      CREATE FOREIGN TABLE public.part_2 PARTITION OF public.parts FOR VALUES IN (2)
        SERVER shard2 OPTIONS (schema_name 'nowhere', table_name 'jobs');
      CREATE TABLE public.halves (id bigint, note text, n int) PARTITION BY LIST (n);
      CREATE FOREIGN TABLE public.half_1 PARTITION OF public.halves FOR VALUES IN (1)
        SERVER shard1 OPTIONS (schema_name 'ACME', table_name 'jobs');
      CREATE FOREIGN TABLE public.half_2 PARTITION OF public.halves FOR VALUES IN (2)
        SERVER shard2 OPTIONS (schema_name 'BOLT', table_name 'jobs');
      GRANT SELECT, UPDATE, DELETE ON public.halves TO PUBLIC;
      GRANT USAGE ON SCHEMA public TO PUBLIC;
      GRANT SELECT ON public.shown, public.parts TO PUBLIC;
      """;

  @TempDir private Path folder;

  private Scene scene(PostgresVersion version) throws Exception {
    Scene scene =
        new Scene(
            folder,
            TestServer.shared("a", version),
            TestServer.shared("b", version),
            TestServer.shared("a", version));
    scene.migration("V1__items.sql", TABLES);
    scene.everyone(version.equals(PostgresVersion.embedded()));
    scene.run("initialize");
    return scene;
  }

  /** Explains statements as a role, without the command line's own time. */
  private record Asked(Topology topology, Explainer explainer) {

    static Asked of(Scene scene) {
      Topology topology =
          TopologyReader.read(scene.folder().resolve("shards.yaml"), System.getenv());
      return new Asked(
          topology,
          new Explainer(
              topology,
              new Connector(
                  SecretStore.open(topology.stateFolder(), topology.name()), "ppp explain")));
    }

    CombinedPlan plan(String role, String sql) {
      return explainer.explain(
          ExplainRequest.planned(topology.veneer(), Identifier.of(role), sql, Values.SHOWN));
    }

    CombinedPlan run(String role, String sql, Execution execution, String... parameters) {
      return explainer.explain(
          new ExplainRequest(
              topology.veneer(),
              Identifier.of(role),
              ExplainRequest.single(sql),
              Stream.of(parameters).map(Optional::of).toList(),
              execution,
              Values.SHOWN));
    }

    /** {@code + join}, {@code - filter: function now() is stable …}. */
    List<String> verdicts(String role, String sql) {
      return plan(role, sql)
          .plan()
          .all()
          .flatMap(step -> step.verdicts().stream())
          .map(v -> (v.pushedDown() ? "+ " : "- ") + v.operation() + ": " + v.why())
          .toList();
    }
  }

  private static List<ShardPart> shards(CombinedPlan plan) {
    return plan.plan().all().flatMap(step -> step.shard().stream()).toList();
  }

  @EveryPostgres
  void tellsOfEachPartOfTheWorkWhoDoesItAndWhyNotTheShard(PostgresVersion version)
      throws Exception {
    Scene scene = scene(version);
    try (Client veneer = scene.superuser("veneer")) {
      veneer.execute(
          OWN_OBJECTS
              .replace("ACME", scene.schema("acme"))
              .replace("BOLT", scene.schema("bolt"))
              .replace("ADMIN", scene.adminRole()));
    }
    Asked asked = Asked.of(scene);
    String acme = scene.role("acme");
    String[][] cases = {
      {"SELECT id FROM jobs WHERE id = 7", "+ filter"},
      {"SELECT * FROM jobs WHERE mood = 'sad' ORDER BY id LIMIT 3", "+ sort"},
      {"SELECT * FROM jobs WHERE mood = 'sad' ORDER BY id LIMIT 3", "- filter: enum type"},
      {
        "SELECT * FROM jobs WHERE mood = 'sad' ORDER BY id LIMIT 3",
        "- limit: its input is filtered"
      },
      {"SELECT * FROM jobs ORDER BY id LIMIT 3", "+ limit"},
      {"SELECT * FROM jobs WHERE at > now()", "- filter: function now() is stable"},
      {"SELECT * FROM jobs WHERE n > random()", "- filter: function random() is volatile"},
      {"SELECT * FROM jobs WHERE note COLLATE \"C\" < 'k'", "- filter: it compares by coll"},
      {"SELECT * FROM jobs WHERE coalesce(n, 3) = 3", "- filter: postgres_fdw never sends COALE"},
      {"SELECT * FROM jobs WHERE public.twice(n) = 4", "- filter: function twice() is neither"},
      {
        "SELECT * FROM jobs WHERE public.hstore(note, 'x') IS NOT NULL",
        "- filter: function hstore() is of extension \"hstore\", which"
      },
      {"SELECT * FROM jobs ORDER BY coalesce(n, 3)", "- sort: postgres_fdw never sends COALESCE"},
      {"SELECT n, count(*) FROM jobs GROUP BY n", "+ aggregate"},
      {"SELECT mood, count(*) FROM jobs GROUP BY mood", "- aggregate: enum type"},
      {"SELECT count(*) FROM jobs WHERE mood = 'sad'", "- aggregate: its input is filtered"},
      {"SELECT DISTINCT n FROM jobs", "- distinct: postgres_fdw never sends DISTINCT"},
      {"SELECT note, took FROM jobs j JOIN runs r ON job = j.id WHERE j.id < 5", "+ join"},
      {
        "SELECT * FROM jobs j WHERE EXISTS (SELECT FROM runs r WHERE r.job = j.id)",
        version.major() < 17 ? "- join: one side is made distinct" : "- join: the shard could"
      },
      {
        "SELECT * FROM jobs j WHERE NOT EXISTS (SELECT FROM runs r WHERE r.job = j.id)",
        "- join: postgres_fdw never sends an anti join"
      },
      {
        "WITH m AS MATERIALIZED (SELECT id FROM jobs) SELECT count(*) FROM m",
        "- aggregate: its input is the WITH query \"m\""
      },
      {
        "SELECT count(*) FROM (SELECT id FROM jobs UNION ALL SELECT id FROM runs) u",
        "- aggregate: its input is a UNION ALL"
      },
      {"SELECT rank() OVER (ORDER BY id) FROM jobs", "- window: postgres_fdw never"},
      {"UPDATE jobs SET note = 'x' WHERE id = 7", "+ change"},
      {"UPDATE jobs SET n = random() WHERE id = 7", "- change: rows are changed one by one: f"},
      {"INSERT INTO jobs (id) VALUES (9999)", "+ change: in batches of up to 1000"},
      {"INSERT INTO jobs (id) VALUES (9999) RETURNING n", "- change: rows are inserted one by"},
    };
    Map<String, List<String>> verdicts = new HashMap<>();
    for (String[] one : cases) {
      assertThat(verdicts.computeIfAbsent(one[0], sql -> asked.verdicts(acme, sql)))
          .as("%s on %s", one[0], version)
          .anyMatch(verdict -> verdict.startsWith(one[1]));
    }
    String app = scene.appRole();
    String join = " a JOIN %s b ON b.id = a.id".formatted(scene.table("acme", "runs"));
    assertThat(
            asked.verdicts(
                app,
                "SELECT * FROM %s a JOIN %s b USING (id)"
                    .formatted(scene.table("acme", "jobs"), scene.table("bolt", "jobs"))))
        .anyMatch(v -> v.startsWith("- join: its tables are on different servers: "));
    assertThat(asked.verdicts(app, "SELECT * FROM public.shown" + join))
        .anyMatch(v -> v.startsWith("- join: its tables are used by different user mappings"));
    assertThat(asked.verdicts(app, "SELECT count(*) FROM public.parts"))
        .anyMatch(v -> v.startsWith("- aggregate: its input are the partitions of parts"));
    assertThat(asked.verdicts(acme, "SELECT * FROM fresh a JOIN fresh b ON b.note = a.note"))
        .contains(
            "- join: there are no statistics of "
                + scene.schema("acme")
                + ".fresh, so the planner guessed; the shard could do it");
    plansRemoteStatementsAsTheirRoles(scene, asked);
    plansChangesOfPartitions(scene, asked);
    if (version.equals(PostgresVersion.embedded())) {
      plansThePartitionsOfEveryone(scene, asked);
      runsAStatementOnlyIfAskedToAndTakesItBack(scene, asked);
      hidesValues(scene);
      hidesWhatErrorsSayOfValues(scene);
      refusesWhatHasNoPlan(scene);
      showsTheVeneersPartWithoutTheShard(scene);
    }
  }

  private static void plansRemoteStatementsAsTheirRoles(Scene scene, Asked asked) {
    CombinedPlan any = asked.plan(scene.role("acme"), "SELECT note FROM jobs WHERE id = $1");
    assertThat(any.generic()).isTrue();
    ShardPart part = shards(any).get(0);
    assertThat(part.sql()).contains("id = $1::bigint");
    assertThat(part.server()).isEqualTo("shard1");
    assertThat(part.role()).contains(scene.role("acme"));
    assertThat(part.plan().orElseThrow().operation()).isEqualTo("Index Scan");
    CombinedPlan viewed = asked.plan(scene.appRole(), "SELECT id FROM public.shown");
    assertThat(shards(viewed).get(0).role()).contains(scene.adminRole());
    assertThat(shards(asked.plan(scene.appRole(), "SELECT id FROM public.parts WHERE n = 1")))
        .singleElement()
        .satisfies(p -> assertThat(p.missing().orElseThrow()).contains("does not exist"));
    CombinedPlan changed =
        asked.run(
            scene.role("acme"),
            "UPDATE jobs SET n = random() WHERE id = $1 RETURNING id",
            Execution.WRITE,
            "7");
    assertThat(changed.execution()).isEqualTo(Execution.WRITE);
    assertThat(shards(changed))
        .extracting(p -> p.sql().substring(0, 6), ShardPart::ran)
        .contains(tuple("UPDATE", false), tuple("SELECT", true));
  }

  private static void plansChangesOfPartitions(Scene scene, Asked asked) {
    String app = scene.appRole();
    String[][] cases = {
      {"UPDATE public.halves SET note = 'x' WHERE id = 7", "+ change: ", "UPDATE", "Index Scan"},
      {
        "UPDATE public.halves SET id = 9000 + 90000 * random() WHERE id = 7",
        "- change: rows are changed one by one: function random() is volatile",
        "UPDATE",
        "Tid Scan"
      },
      {
        "DELETE FROM public.halves WHERE coalesce(id, 7) = 7",
        "- change: rows are changed one by one: its input is filtered on the veneer",
        "DELETE",
        "Tid Scan"
      },
    };
    for (String[] one : cases) {
      CombinedPlan plan = asked.plan(app, one[0]);
      List<PlanStep> changes =
          plan.plan()
              .all()
              .filter(s -> s.shard().filter(p -> p.sql().startsWith(one[2])).isPresent())
              .toList();
      assertThat(changes)
          .as(one[0])
          .extracting(PlanStep::object, s -> s.shard().orElseThrow().server())
          .containsExactly(
              tuple("on public.half_1", "shard1"), tuple("on public.half_2", "shard2"));
      assertThat(changes)
          .as(one[0])
          .allSatisfy(
              step -> {
                assertThat(step.operation()).startsWith("Foreign ");
                PlanStep remote = step.shard().orElseThrow().plan().orElseThrow();
                assertThat(remote.all()).anyMatch(s -> s.operation().startsWith(one[3]));
              });
      assertThat(asked.verdicts(app, one[0]).stream().filter(v -> v.contains(" change: ")))
          .as(one[0])
          .hasSize(2)
          .allMatch(verdict -> verdict.startsWith(one[1]));
    }
    assertThat(shards(asked.run(app, cases[1][0], Execution.WRITE)))
        .extracting(p -> p.sql().substring(0, 6), ShardPart::server, ShardPart::ran)
        .containsExactly(
            tuple("UPDATE", "shard1", false),
            tuple("UPDATE", "shard2", false),
            tuple("SELECT", "shard1", true),
            tuple("SELECT", "shard2", true));
  }

  private static void plansThePartitionsOfEveryone(Scene scene, Asked asked) {
    assertThat(shards(asked.plan(scene.readerRole(), "SELECT count(*) FROM everyone.jobs")))
        .extracting(ShardPart::server, p -> p.role().orElse(""), p -> p.plan().isPresent())
        .containsExactlyInAnyOrder(
            tuple("shard1", scene.readerRole(), true), tuple("shard2", scene.readerRole(), true));
  }

  private static void runsAStatementOnlyIfAskedToAndTakesItBack(Scene scene, Asked asked)
      throws Exception {
    String role = scene.role("acme");
    CombinedPlan run = asked.run(role, "SELECT n, count(*) FROM jobs GROUP BY n", Execution.READ);
    PlanStep scan = run.plan();
    assertThat(scan.figures().rows()).contains(10L);
    PlanStep remote = scan.shard().orElseThrow().plan().orElseThrow();
    assertThat(remote.children().get(0).figures().rows()).contains(2000L);
    assertThat(remote.figures().buffersHit().orElseThrow()).isPositive();
    assertThat(remote.figures().milliseconds()).isPresent();

    ShardPart noting = shards(asked.run(role, "SELECT n FROM noting", Execution.READ)).get(0);
    assertThat(noting.ran()).isFalse();
    assertThat(noting.missing().orElseThrow()).contains("in a read-only transaction");
    assertThat(scene.ppp("explain", "acme", "DELETE FROM jobs", "--analyze").err())
        .contains("PPP1101", "read-only transaction (SQLSTATE 25006)", "--write");
    assertThat(scene.run("explain", "acme", "DELETE FROM jobs", "--analyze", "--write"))
        .contains("run, and rolled back", "Foreign Delete");
    try (Client veneer = scene.as("veneer", role)) {
      assertThat(veneer.value("SELECT count(*) FROM jobs")).isEqualTo("2000");
      assertThat(veneer.value("SELECT count(*) FROM audit")).isEqualTo("0");
    }
  }

  private static void hidesValues(Scene scene) {
    assertThat(scene.run("explain", "acme", "SELECT 'secret' FROM jobs WHERE id = 4711"))
        .doesNotContain("4711", "secret")
        .contains("WHERE ((id = ?))");
    assertThat(scene.run("explain", "acme", "-o", "json", "--show-values", "SELECT 1 FROM jobs"))
        .startsWith("{\n  \"veneer\": \"veneer\",\n  \"role\": \"" + scene.role("acme") + "\"");
  }

  private static void hidesWhatErrorsSayOfValues(Scene scene) {
    String integer = "SELECT 'hush'::int FROM jobs";
    assertThat(scene.ppp("explain", "acme", integer).err())
        .contains("invalid input syntax for type integer: ? (SQLSTATE 22P02)", "statement:1:8")
        .doesNotContain("hush");
    assertThat(scene.ppp("explain", "acme", integer, "--show-values").err())
        .contains("invalid input syntax for type integer: \"hush\"", "1 | SELECT 'hush'::int");
    String twice = "INSERT INTO jobs (id) VALUES (1234)";
    assertThat(scene.ppp("explain", "acme", twice, "--analyze", "--write").err())
        .contains("duplicate key value violates", "Key (id)=(?) already exists")
        .doesNotContain("1234");
    for (String form : List.of("text", "json")) {
      assertThat(scene.run("explain", "acme", "SELECT n FROM broken", "-o", form))
          .contains("invalid input syntax for type integer: ?")
          .doesNotContain("hush");
    }
    assertThat(scene.run("explain", "acme", "SELECT n FROM broken", "--show-values"))
        .contains("missing: invalid input syntax for type integer: \"hush\"");
  }

  private static void refusesWhatHasNoPlan(Scene scene) {
    assertThat(scene.ppp("explain", "acme", "SELECT *\nFROM jobs WHER id = 7").err())
        .contains("PPP1101", "syntax error at or near ?", "--> statement:2:16");
    assertThat(scene.ppp("explain", "acme", "CREATE TABLE x ()").err())
        .contains("CREATE has no plan");
    assertThat(scene.ppp("explain", "acme", "SELECT 1; DROP TABLE jobs").err())
        .contains("there are 2 statements to explain");
    assertThat(scene.ppp("explain", "acme", "SELECT $1::int", "--param", "1", "--param", "2").err())
        .contains("the statement has 1 parameters, and 2 were given");
    assertThat(scene.ppp("explain", "shard1", "SELECT 1").err()).contains("\"shard1\" is a shard");
  }

  private static void showsTheVeneersPartWithoutTheShard(Scene scene) throws Exception {
    int nowhere = TestServer.freePort();
    try (Client veneer = scene.superuser("veneer")) {
      veneer.execute("ALTER SERVER shard1 OPTIONS (SET port '" + nowhere + "')");
    }
    scene.place("shard1").port = nowhere;
    scene.write();
    InProcess.Result result = scene.ppp("explain", "acme", "SELECT id FROM jobs", "--analyze");
    assertThat(result.status()).isZero();
    assertThat(result.out())
        .contains("planned, not run", "note: It was not run: could not connect to server")
        .contains("Foreign Scan on", "missing: server \"shard1\"")
        .contains("cannot be reached");
  }
}
