package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.console.Terminal;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.testing.TestServer;

/** Of tenant acme on shard1, beside the veneer, and of tenant bolt on a server that goes away. */
class TraceIT {

  private static final TestServer AWAY = TestServer.shared("crash");

  @TempDir private static Path folder;

  private static TestTopology topology;

  @BeforeAll
  static void initialize() {
    // With a short log: on the others every test has left its statements.
    TestServer a = TestServer.shared("trace");
    topology =
        new TestTopology(folder, a, a, AWAY).tenant("acme", "shard1").tenant("bolt", "shard2");
    topology.ppp("initialize").succeeded();
    for (String server : List.of("veneer", "shard1", "shard2")) {
      Identifier database = topology.server(server).database();
      try (Session session = topology.superuser(server)) {
        session.execute(
            List.of(
                Sql.of("ALTER DATABASE {} SET log_statement = 'none'", database),
                Sql.of("ALTER DATABASE {} SET log_min_duration_statement = 0", database),
                Sql.of("ALTER DATABASE {} SET session_preload_libraries = auto_explain", database),
                Sql.of("ALTER DATABASE {} SET auto_explain.log_min_duration = 0", database),
                Sql.of("ALTER DATABASE {} SET auto_explain.log_analyze = on", database),
                Sql.of("ALTER DATABASE {} SET auto_explain.log_verbose = on", database),
                Sql.of("ALTER DATABASE {} SET auto_explain.log_format = json", database)));
      }
    }
  }

  private static Session shop() {
    return shop(topology.appRole());
  }

  private static Session shop(Identifier role) {
    Secret password = topology.password(role);
    return new Connector(name -> Optional.of(password), "shop").as(topology.server("veneer"), role);
  }

  private static Identifier acme() {
    return Identifier.of(topology.schema("acme"));
  }

  private static Identifier bolt() {
    return Identifier.of(topology.schema("bolt"));
  }

  /** One row of the veneer for three of each shard. */
  private static Sql join(String mark) {
    return Sql.of(
        "SELECT count(*) FROM {}.items AS a JOIN {}.items AS b ON a.id + 0 * random() = b.id"
            + " WHERE b.id < 1234567 AND {} <> ''",
        acme(),
        bolt(),
        Literal.of(mark));
  }

  private static String trace(String... arguments) {
    return run(arguments).succeeded().out();
  }

  private static InProcess.Result run(String... arguments) {
    return run("trace", Stream.of(arguments));
  }

  private static InProcess.Result run(String command, Stream<String> arguments) {
    Stream<String> begin = Stream.of(command, "--config", folder.resolve("shards.yaml").toString());
    return InProcess.run(Stream.concat(begin, arguments).toArray(String[]::new));
  }

  @Test
  void showsWhatEachShardWasAskedForAStatement() {
    try (Session shop = shop()) {
      shop.execute(join("of two shards"));
    }
    String text = trace("--tenant", "bolt");
    assertThat(text)
        .contains(topology.appRole().value(), "waste 6 (6 rows shipped)", "1 row  ")
        .contains("├─ shard1  acme  read", "├─ shard2  bolt  read", "3 rows  1 fetch")
        .contains("WHERE b.id < ? AND ? <> ?", "for transactions and set-up")
        .doesNotContain("1234567", "of two shards", "START TRANSACTION");
    assertThat(trace("--show-values", "--all"))
        .contains("1234567", "of two shards", "START TRANSACTION", "  control  ");
    assertThat(trace("-o", "json", "--limit", "1").lines())
        .singleElement()
        .asString()
        .contains("\"rows\":1,", "\"rows_shipped\":6,", "\"waste\":6.0,", "\"exact\":true")
        .contains("\"shard\":\"shard1\"", "\"shard\":\"shard2\"", "\"purpose\":\"read\"")
        .doesNotContain("1234567");
    assertThat(trace("--slower-than", "1h", "--wasteful", "6")).isEmpty();
  }

  @Test
  void guessesByTimeWhereSessionsAreCalledOtherwise() {
    try (Session veneer = topology.superuser("veneer")) {
      veneer.execute(Sql.of("ALTER SERVER shard1 OPTIONS (SET application_name 'mine')"));
      ask("guessed");
      InProcess.Result guess = run("--show-values", "-o", "json");
      assertThat(guess.succeeded().out().lines().filter(line -> line.contains("'guessed'")))
          .singleElement()
          .asString()
          .contains("\"exact\":false", "\"shard\":\"shard1\"", "\"shard\":\"shard2\"");
      String mending = "ALTER SERVER \"shard1\" OPTIONS (SET application_name 'ppp:%c');";
      assertThat(guess.err())
          .containsOnlyOnce("PPP708")
          .contains("shard \"shard1\"", "'mine'", mending);
      String config = folder.resolve("shards.yaml").toString();
      assertThat(InProcess.run("inspection", "--config", config).succeeded().err())
          .contains("PPP708", mending);
      veneer.execute(
          Sql.of("ALTER SERVER shard1 OPTIONS (SET application_name {})", Literal.of("ppp:%c")));
      ask("known");
    }
    InProcess.Result known = run("--show-values", "-o", "json");
    assertThat(known.succeeded().out().lines().filter(line -> line.contains("'known'")))
        .singleElement()
        .asString()
        .contains("\"exact\":true", "\"shard\":\"shard1\"", "\"shard\":\"shard2\"");
    assertThat(known.err()).doesNotContain("PPP708");
  }

  @Test
  void addsUpWhatStatementsCost() {
    try (Session shop = shop()) {
      shop.execute(Sql.of("SELECT 1 AS added_up, count(*) FROM {}.items WHERE id < 7", acme()));
      shop.execute(Sql.of("SELECT 2 AS added_up, count(*) FROM {}.items WHERE id < 8", acme()));
    }
    assertThat(top("-n", "1000").succeeded().out())
        .startsWith("TENANT")
        .containsPattern("acme +shard1 +2 .* SELECT \\? AS added_up, .* WHERE id < \\?\n");
    assertThat(
            top("--by", "shard", "--shard", "*1", "--tenant", "acme", "-o", "json")
                .succeeded()
                .out())
        .contains("\"shards\":[\"shard1\"],\"query_id\":null")
        .doesNotContain("shard2");
    assertThat(top("--tenant", "bolt").succeeded().out()).doesNotContain("added_up");
    InProcess.Result nobody = top("--tenant", "nobody", "--shard", "shard9");
    assertThat(nobody.status()).isEqualTo(2);
    assertThat(nobody.err()).contains("like \"nobody\"", "like \"shard9\"");
    assertThat(run("status", Stream.of("-o", "openmetrics", "--since", "5m")).succeeded().out())
        .containsPattern("ppp_traced_seconds\\{topology=\"[^\"]+\"} 30[0-9]\\.")
        .containsPattern("ppp_tenant_rows_shipped\\{.*tenant=\"acme\",shard=\"shard1\"} [1-9]")
        .containsPattern("ppp_tenant_waste_ratio\\{.*tenant=\"acme\",shard=\"shard1\"} [1-9]")
        .containsPattern("ppp_server_rows_shipped\\{.*server=\"shard1\"} [1-9]");
  }

  private static InProcess.Result top(String... arguments) {
    return run("top", Stream.concat(Stream.of("--since", "5m"), Stream.of(arguments)));
  }

  @Test
  void followsOverARotationAndARestartOfAShard() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    CompletableFuture<Integer> status = new CompletableFuture<>();
    Thread following =
        new Thread(
            () ->
                status.complete(
                    Main.run(
                        Terminal.NONE,
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        "trace",
                        "--follow",
                        "--show-values",
                        "--config",
                        folder.resolve("shards.yaml").toString())));
    following.start();
    await()
        .untilAsserted(
            () -> {
              ask("live");
              assertThat(out.toString(StandardCharsets.UTF_8)).contains("'live'");
            });
    try (Session admin = topology.superuser("shard2")) {
      admin.execute(Sql.of("SELECT pg_rotate_logfile()"));
      admin.execute(Sql.of("ALTER SYSTEM SET log_filename = 'traced.log'"));
      admin.execute(Sql.of("SELECT pg_reload_conf()"));
      await()
          .until(
              () ->
                  admin
                      .queryOne("SELECT ppp.log_current() AS name", row -> row.string("name"))
                      .orElse("")
                      .equals("traced.json"));
      ask("after a rotation");
      awaitText(out, "'after a rotation'", "shard2  bolt  read");
      admin.execute(Sql.of("ALTER SYSTEM RESET log_filename"));
    }
    AWAY.stop();
    awaitText(err, "waiting for it");
    try (Session shop = shop()) {
      shop.execute(Sql.of("SELECT 'meanwhile', count(*) FROM {}.items", acme()));
    }
    awaitText(out, "'meanwhile'");
    AWAY.restart();
    awaitText(err, "server \"shard2\" answers again");
    out.reset();
    ask("after a restart");
    awaitText(out, "'after a restart'", "shard1  acme  read", "shard2  bolt  read");
    following.interrupt();
    assertThat(status.get(30, TimeUnit.SECONDS)).isZero();
  }

  private static void ask(String mark) {
    try (Session shop = shop()) {
      shop.execute(join(mark));
    }
  }

  private static void awaitText(ByteArrayOutputStream stream, String... texts) {
    await().until(() -> stream.toString(StandardCharsets.UTF_8), s -> containsAll(s, texts));
  }

  private static boolean containsAll(String stream, String... texts) {
    return List.of(texts).stream().allMatch(stream::contains);
  }

  @Test
  void failsABuildWhoseScriptMeetsACondition() throws Exception {
    Path script = folder.resolve("work.sql");
    Files.writeString(
        script,
        """
        BEGIN;
        INSERT INTO %1$s.items VALUES (77);
        INSERT INTO %2$s.items VALUES (77);
        ROLLBACK;
        SELECT count(*) FROM %1$s.items;
        """
            .formatted(acme().quoted(), bolt().quoted()));
    InProcess.Result writes = run("--run", script.toString(), "--fail-if", "writes > 1 shard");
    assertThat(writes.status()).as(writes.err()).isEqualTo(10);
    assertThat(writes.out())
        .contains(
            "writes > 1 shard: its transaction writes to shard1, shard2", "shard2  bolt  write")
        .doesNotContain("SELECT", "(77)");
    assertThat(writes.err()).contains("1 of 5 statements meets a condition of --fail-if");

    InProcess.Result passes = run("--run", script.toString(), "--fail-if", "cross-shard");
    assertThat(passes.status()).as(passes.out() + passes.err()).isZero();
    assertThat(passes.err()).contains("none of 5 statements meets");

    Files.writeString(script, "SELECT count(*) FROM items;\nSELECT 1 FROM nothing;\n");
    InProcess.Result failed =
        run("--run", script.toString(), "--as", "bolt", "--fail-if", "waste > 1000");
    assertThat(failed.status()).isEqualTo(6);
    assertThat(failed.err()).contains("work.sql:2:15", "relation \"nothing\" does not exist");
  }

  @Test
  void hidesWhatErrorsSayOfValues() throws Exception {
    Path script = folder.resolve("wrong.sql");
    Files.writeString(script, "SELECT 'hush'::text, 'hush'::int;\n");
    InProcess.Result hidden = run("--run", script.toString(), "-o", "json");
    assertThat(hidden.status()).isEqualTo(6);
    assertThat(hidden.out()).contains("invalid input syntax for type integer: ?");
    assertThat(hidden.err())
        .contains("invalid input syntax for type integer: ? (SQLSTATE 22P02)", "wrong.sql:1:22");
    InProcess.Result text = run("--run", script.toString());
    assertThat(text.out()).contains("invalid input syntax for type integer: ?");
    assertThat(hidden.out() + hidden.err() + text.out() + text.err() + top().out())
        .doesNotContain("hush");
    InProcess.Result shown = run("--run", script.toString(), "--show-values");
    assertThat(shown.out()).contains("type integer: \"hush\"");
    assertThat(shown.err()).contains("type integer: \"hush\"", "SELECT 'hush'::text");
  }

  @Test
  void watchesACommandAndReportsItsOwnFailureToo() {
    String wait = "touch started; until [ -e done ]; do sleep 0.05; done; exit 3";
    CompletableFuture<Void> asking =
        CompletableFuture.runAsync(
            () -> {
              await().until(() -> Files.exists(folder.resolve("started")));
              ask("from the command");
              assertThat(folder.resolve("done").toFile().mkdir()).isTrue();
            });
    InProcess.Result watched =
        run(
            "--fail-if",
            "cross-shard",
            "--show-values",
            "--",
            "sh",
            "-c",
            "cd " + folder + "; " + wait);
    asking.join();
    assertThat(watched.status()).as(watched.err()).isEqualTo(10);
    assertThat(watched.out()).contains("cross-shard: it asks shard1, shard2", "'from the command'");
    assertThat(watched.err()).contains("the command ended with status 3");
    assertThat(run("--", "sh", "-c", "exit 3").status()).isEqualTo(3);
    InProcess.Result missing = run("--", "no-such-program-here");
    assertThat(missing.status()).isEqualTo(2);
    assertThat(missing.err()).contains("\"no-such-program-here\" cannot be started");
  }

  @Test
  void doesNotPassForCompleteWithoutAShard() {
    InProcess.Result blind = topology.down("shard2").ppp("trace", "--fail-if", "slower > 1h");
    assertThat(blind.status()).isEqualTo(4);
    assertThat(blind.err()).contains("what shard2 was asked meanwhile is not known");
    topology.up("shard2").ppp("trace", "--fail-if", "slower > 1h").succeeded();
  }

  @Test
  void refusesWhatDoesNotGoTogether() {
    assertThat(run("--fail-if", "waste < 10").err())
        .contains("--fail-if is \"waste < 10\"", "'slower > TIME'");
    assertThat(run("--slower-than", "soon").err()).contains("--slower-than is \"soon\"");
    assertThat(run("--follow", "--fail-if", "cross-shard").err()).contains("which has no end");
    assertThat(run("--as", "acme").err()).contains("--as is given without --run");
    assertThat(run("--veneer", "shard1").err()).contains("\"shard1\" is no veneer");
    assertThat(run("--tenant", "nobody").status()).isEqualTo(2);
    assertThat(run("psql").status()).isEqualTo(2);
  }
}
