package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.testing.Running;
import org.partitionproxy.testing.TestServer;

/** No password and no verifier is seen anywhere but in {@code .ppp/secrets.yaml}. */
class PasswordsIT {

  private static final Pattern IN_FILE = Pattern.compile("password: \"?([^\"\\s]+)");
  private static final String VERIFIER = "SCRAM-SHA-256$4096";

  private final TestServer talkative = TestServer.shared("victim");
  private final Map<String, String> seen = new LinkedHashMap<>();
  @TempDir private Path folder;
  private Scene scene;

  @BeforeEach
  void startServersThatTellEverything() throws Exception {
    scene = new Scene(folder, talkative, talkative);
    setPreloaded("'pg_stat_statements'");
    try (Client superuser = scene.superuser("veneer", "postgres")) {
      superuser.execute("CREATE EXTENSION pg_stat_statements");
      for (String setting :
          List.of(
              "log_statement = 'all'",
              "log_min_duration_statement = 0",
              "log_duration = on",
              "log_min_error_statement = 'debug5'",
              "log_error_verbosity = 'verbose'",
              "log_transaction_sample_rate = 1",
              "pg_stat_statements.track = 'all'",
              "pg_stat_statements.track_utility = on")) {
        superuser.execute("ALTER SYSTEM SET " + setting);
      }
      superuser.execute("SELECT pg_reload_conf()");
    }
  }

  private void setPreloaded(String libraries) throws Exception {
    try (Client superuser = scene.superuser("veneer", "postgres")) {
      superuser.execute("ALTER SYSTEM SET shared_preload_libraries = " + libraries);
    }
    talkative.stop();
    talkative.restart();
  }

  @AfterEach
  void quiet() throws Exception {
    try (Client superuser = scene.superuser("veneer", "postgres")) {
      superuser.execute("DROP EXTENSION pg_stat_statements");
      superuser.execute("ALTER SYSTEM RESET ALL");
    }
  }

  @Test
  void nowhereAPassword() throws Exception {
    seen.put("plan", scene.run("plan", "--sql") + scene.run("plan", "--sql", "-o", "json"));
    try (Client superuser = scene.superuser("veneer", "postgres")) {
      interrupted(superuser, "postgres", "pg_authid");
      interrupted(superuser, scene.database(), "pg_user_mapping");
      seen.put("output", scene.run("initialize") + scene.run("plan", "--sql"));
      seen.put("other output", scene.run("secrets") + scene.run("status") + scene.run("history"));
      scene.migration("V2__x.sql", "SELECT 1/0;");
      var failed = scene.ppp("migrate", "--stacktrace");
      assertThat(failed.status()).isEqualTo(7);
      seen.put("a failure", failed.out() + failed.err());
      await().until(() -> talkative.log().contains("1/0"));
      seen.put("the log", talkative.log());
      List<String> statements = superuser.rows("SELECT query FROM pg_stat_statements");
      assertThat(statements).anyMatch(query -> query.startsWith("CREATE SCHEMA"));
      seen.put("pg_stat_statements", String.join("\n", statements));
    }
    seen.put("files", files());
    List<String> passwords = passwords();
    assertThat(passwords).hasSizeGreaterThanOrEqualTo(3);
    seen.forEach(
        (where, text) -> {
          assertThat(text).as(where).isNotEmpty();
          assertThat(text.contains(VERIFIER)).as("verifier in %s", where).isFalse();
          passwords.forEach(
              password ->
                  assertThat(text.contains(password)).as("password in %s", where).isFalse());
        });
  }

  /**
   * Looks at a run while it stands before a relation, and ends its session there, which servers log
   * with the statement.
   */
  private void interrupted(Client superuser, String database, String relation) throws Exception {
    Running ppp;
    try (Barrier barrier = new Barrier(scene.superuser("veneer", database), relation)) {
      ppp = scene.start("initialize");
      barrier.awaitWaiting(1);
      seen.put("processes at " + relation, processes(ppp.pid()));
      seen.put(
          "activity at " + relation,
          String.join("\n", superuser.rows("SELECT state, query FROM pg_stat_activity")));
      superuser.rows(
          "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks"
              + " WHERE NOT granted AND relation = '"
              + relation
              + "'::regclass");
    }
    assertThat(ppp.status()).as(ppp.err()).isEqualTo(4);
    seen.put("messages at " + relation, ppp.out() + ppp.err());
  }

  /** As {@code ps} shows them. */
  private static String processes(long ppp) throws IOException {
    StringBuilder arguments = new StringBuilder();
    for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
      Path file = Path.of("/proc", Long.toString(process.pid()), "cmdline");
      try {
        arguments.append(Files.readString(file, StandardCharsets.ISO_8859_1)).append('\n');
      } catch (IOException ended) {
        arguments.append(process.pid()).append(" ended\n");
      }
    }
    if (Files.isDirectory(Path.of("/proc/self"))) {
      assertThat(Files.readString(Path.of("/proc", Long.toString(ppp), "cmdline")))
          .contains("initialize");
    }
    return arguments.toString();
  }

  private String files() throws IOException {
    StringBuilder text = new StringBuilder("files:\n");
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.endsWith(".ppp/secrets.yaml")) {
          text.append(Files.readString(file, StandardCharsets.ISO_8859_1));
        }
      }
    }
    return text.toString();
  }

  private List<String> passwords() throws IOException {
    List<String> passwords = new ArrayList<>();
    IN_FILE
        .matcher(Files.readString(folder.resolve(".ppp/secrets.yaml")))
        .results()
        .forEach(match -> passwords.add(match.group(1)));
    return passwords;
  }
}
