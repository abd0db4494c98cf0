package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.console.DiagnosticView;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.inspect.LogTopology;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.testing.TestServer;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import picocli.CommandLine;

/** On a server of its own, which it lets crash. */
class ShowLogsIT {

  private final LogTopology servers = LogTopology.on(TestServer.shared("crash"));
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  @BeforeEach
  void writeTheTopology() throws IOException {
    Files.writeString(
        folder.resolve("shards.yaml"),
        """
        name: bookstore
        runtime: external
        database: %s
        veneer: { port: 1 }
        shards:
          shard3: { port: %d, password: "${PPP_TEST_PASSWORD}" }
        tenants:
          %s: { shard: shard3, schema: %s }
          %s: { shard: shard3, schema: %s }
        """
            .formatted(
                servers.shard().database(),
                servers.shard().port(),
                servers.initech().name(),
                servers.initech().schema(),
                servers.globex().name(),
                servers.globex().schema()));
  }

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("show-logs"));
    all.addAll(List.of(arguments));
    return runAll(all, "shards.yaml");
  }

  private int runAll(List<String> arguments, String file) {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of("--config", folder.resolve(file).toString()));
    return new CommandLine(new PppCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .setExecutionExceptionHandler(
            (e, commandLine, parsed) -> {
              if (e instanceof PppException problem) {
                err.append(DiagnosticView.render(problem.diagnostics()));
                return problem.exitCode().status();
              }
              throw e;
            })
        .execute(all.toArray(new String[0]));
  }

  private String show(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    assertThat(run(arguments)).as(err.toString()).isZero();
    return out.toString();
  }

  private void ask(Tenant tenant, String value) {
    try (Session session = servers.as(tenant)) {
      session.execute(Sql.of("SELECT {}", Literal.of(value)));
    }
  }

  @Test
  void showsATenantsStatementsNewestLastAndSaysHowManyOthersThereAre() {
    ask(servers.globex(), "of globex");
    ask(servers.initech(), "one");
    ask(servers.initech(), "two\n lines");
    await().until(() -> show("initech").contains("'two"));
    String shown = show("initech", "--grep", "(?s)SELECT '(one|two|of)");
    assertThat(shown.lines().toList()).hasSize(3);
    assertThat(shown.lines().findFirst().orElseThrow())
        .matches(
            "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}  [0-9a-f]+\\.[0-9a-f]+  "
                + servers.initech().role()
                + "  "
                + servers.shard().database()
                + "  SELECT 'one'  \\(\\d+\\.\\d{3} ms\\)");
    assertThat(shown).contains("SELECT 'two\n    lines'  (").doesNotContain("globex");
    assertThat(err).hasToString("1 other statement on shard3 was left out; --all shows them\n");
  }

  @Test
  void showsAllOfAShardOrOnlyWhatIsAskedFor() {
    ask(servers.globex(), "of globex");
    ask(servers.initech(), "of initech");
    await().until(() -> show("shard3").contains("of initech"));
    assertThat(show("shard3")).contains("SELECT 'of globex'").doesNotContain("CREATE SCHEMA ppp");
    assertThat(err.toString()).contains("left out; --all shows them");
    assertThat(show("shard3", "--all", "--limit", "1000")).contains("CREATE SCHEMA ppp");
    assertThat(err.toString()).doesNotContain("left out; --all");
    assertThat(show("shard3", "--limit", "1")).isEqualTo(lastLine(show("shard3")));
    assertThat(show("initech", "--since", "2100-01-01")).isEmpty();
    assertThat(show("initech", "--since", "1h")).contains("of initech");
    assertThat(err.toString()).doesNotContain("newest");
    assertThat(show("initech", "--since", "1h", "-n", "1")).contains("of initech");
    assertThat(err.toString()).contains("only the newest 1 since then are shown");
    assertThat(show("initech", "-o", "json", "--limit", "1"))
        .startsWith("{\"timestamp\":\"")
        .contains("\"server\":\"shard3\"", "\"statement\":\"SELECT 'of initech'\"")
        .endsWith("}\n");
  }

  private static String lastLine(String text) {
    return text.lines().reduce((one, other) -> other).orElseThrow() + "\n";
  }

  @Test
  void refusesWrongUsage() {
    assertThat(run("initech", "--since", "yesterday")).isEqualTo(2);
    assertThat(run("initech", "--grep", "(")).isEqualTo(2);
    assertThat(run("initech", "--limit", "-1")).isEqualTo(2);
    assertThat(run("no-such-tenant")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--since is \"yesterday\"", "--grep is \"(\"", "--limit is \"-1\"")
        .contains("\"no-such-tenant\" is no server and no tenant of ");
  }

  @Test
  void followsOverACrashOfTheServerUntilItIsInterrupted() throws Exception {
    ask(servers.initech(), "before");
    await().until(() -> show("initech").contains("'before'"));
    out.getBuffer().setLength(0);
    CompletableFuture<Integer> status = new CompletableFuture<>();
    Thread following =
        new Thread(() -> status.complete(run("initech", "--follow", "--grep", "SELECT '")));
    following.start();
    await().until(() -> out.toString().contains("'before'"));
    ask(servers.initech(), "while following");
    await().until(() -> out.toString().contains("'while following'"));
    crash();
    await().ignoreExceptions().untilAsserted(() -> ask(servers.initech(), "after the crash"));
    await().until(() -> out.toString().contains("'after the crash'"));
    following.interrupt();
    assertThat(status.get(30, TimeUnit.SECONDS)).isZero();
    assertThat(out.toString().lines().filter(line -> line.contains("'while following'")))
        .hasSize(1);
    assertThat(err.toString()).contains("waiting for it\n", "answers again\n");
  }

  private String inspection(String... arguments) {
    List<String> all = new ArrayList<>(List.of("inspection"));
    all.addAll(List.of(arguments));
    out.getBuffer().setLength(0);
    assertThat(runAll(all, "inspected.yaml")).as(err.toString()).isZero();
    return out.toString();
  }

  @Test
  void changesWhatServersLogWhileTheyRun() throws IOException {
    ServerDefinition veneer = TestServer.shared("crash").freshVeneer("veneer");
    Files.writeString(
        folder.resolve("inspected.yaml"),
        """
        name: bookstore
        runtime: external
        inspection: statements
        database: %s
        veneer: { port: %d, database: %s, password: "${PPP_TEST_PASSWORD}" }
        shards:
          shard3: { port: %d, password: "${PPP_TEST_PASSWORD}" }
        tenants:
          %s: { shard: shard3, schema: %s }
          %s: { shard: shard3, schema: %s }
        """
            .formatted(
                servers.shard().database(),
                veneer.port(),
                veneer.database(),
                servers.shard().port(),
                servers.initech().name(),
                servers.initech().schema(),
                servers.globex().name(),
                servers.globex().schema()));
    assertThat(inspection()).containsPattern("shard3 +statements +statements ");
    assertThat(inspection("set", "rows")).containsPattern("shard3 +rows +statements ");
    err.getBuffer().setLength(0);
    runAll(List.of("plan"), "inspected.yaml");
    assertThat(out.toString() + err)
        .contains("log at level rows, and shards.yaml says statements; `ppp inspection set`");
    ask(servers.initech(), "with a plan");
    await().until(() -> show("shard3", "--all", "--grep", "Query Text").contains("with a plan"));
    assertThat(inspection("set", "off"))
        .contains("ALTER SYSTEM SET \"log_min_duration_statement\"");
    changesWhatIsLoggedOfOneRole();
    inspection("set", "rows", "--for", "1s");
    assertThat(inspection()).containsPattern("shard3 +off +statements ");
    ask(servers.initech(), "unseen");
    assertThat(inspection("set")).containsPattern("shard3 +statements +statements ");
    ask(servers.initech(), "seen again");
    await().until(() -> show("shard3").contains("'seen again'"));
    assertThat(show("shard3", "--all")).doesNotContain("'unseen'");
  }

  /** From level off, and back to it. */
  private void changesWhatIsLoggedOfOneRole() {
    String role = servers.globex().role().value();
    assertThat(inspection("set", "rows", "--tenant", servers.globex().name().value()))
        .containsPattern("shard3 +off +statements .*\n  " + role + " +rows");
    ask(servers.globex(), "of the role");
    ask(servers.initech(), "of another role");
    await().until(() -> show("shard3", "--all", "--grep", "Query Text").contains("of the role"));
    assertThat(show("shard3", "--all")).doesNotContain("of another role");
    inspection("set", "statements", "--role", role, "--for", "1s");
    assertThat(inspection()).containsPattern("\n  " + role + " +rows");
    assertThat(inspection("set", "off")).doesNotContain(role);
    assertThat(runAll(List.of("inspection", "set", "rows", "--role", "root"), "inspected.yaml"))
        .isEqualTo(2);
    assertThat(runAll(List.of("inspection", "set", "--role", role), "inspected.yaml")).isEqualTo(2);
  }

  @Test
  void showsSessionAfterSessionOrOnlyWhatFailed() {
    ask(servers.initech(), "first");
    try (Session session = servers.as(servers.initech())) {
      assertThatThrownBy(() -> session.execute(Sql.of("SELECT 1/0")))
          .isInstanceOf(SqlFailure.class);
    }
    await().until(() -> show("initech", "--errors").contains("22012: division by zero"));
    assertThat(show("initech", "--errors", "--grep", "first")).isEmpty();
    assertThat(show("initech", "--by-session", "--grep", "first")).startsWith("session ");
    assertThat(show("initech", "--forwarded")).isEmpty();
    assertThat(run("initech", "--by-session", "--follow")).isEqualTo(2);
  }

  /** Kills a process of the server, which then ends all sessions and recovers. */
  private void crash() {
    try (Session session = servers.admin("ppp test")) {
      assertThatThrownBy(() -> session.execute(Sql.of("COPY (SELECT) TO PROGRAM 'kill -9 $PPID'")))
          .isInstanceOf(SqlFailure.class);
    }
  }
}
