package org.partitionproxy.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.partitionproxy.db.Session;

/** Shells on a pseudo terminal, which util-linux's {@code script} makes. */
@Execution(ExecutionMode.CONCURRENT)
class TerminalIT {

  private static final String CTRL_C = "\u0003";
  private static final String CTRL_D = "\u0004";

  @TempDir Path folder;
  private Bookstore bookstore;

  @BeforeEach
  void createBookstore() throws IOException, InterruptedException {
    Assumptions.assumeTrue(Programs.find("script").isPresent(), "no program script");
    Process version = new ProcessBuilder("script", "--version").start();
    String name = new String(version.getInputStream().readAllBytes(), UTF_8);
    Assumptions.assumeTrue(
        version.waitFor() == 0 && name.contains("util-linux"), "script is not util-linux's");
    bookstore = Bookstore.create(folder);
  }

  private RunningShell onTerminal(String... arguments) throws IOException {
    String command =
        bookstore.command(arguments).stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" "));
    Path start = folder.resolve("start");
    Files.writeString(start, "stty cols 120 rows 40\nexec " + command + "\n");
    ProcessBuilder builder =
        new ProcessBuilder("script", "-qec", "exec sh " + start, "/dev/null")
            .redirectErrorStream(true);
    builder.environment().put("TERM", "xterm");
    builder.environment().put("PSQLRC", "/dev/null");
    builder.environment().put("PSQL_HISTORY", "/dev/null");
    return new RunningShell(builder);
  }

  private void awaitSleeper() {
    try (Session session = bookstore.superuser()) {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () ->
                  session.query(
                      """
                      SELECT pid FROM pg_catalog.pg_stat_activity
                      WHERE query LIKE 'SELECT pg_sleep%' AND usename = ? AND state = 'active'
                      ORDER BY pid""",
                      row -> row.integer("pid"), bookstore.tenant().role().value()),
              pids -> !pids.isEmpty());
    }
  }

  @Test
  void runsStatementsOfManyLines() throws IOException {
    try (RunningShell shell = onTerminal(Bookstore.TENANT, "--builtin")) {
      shell.expect("acme=> ");
      shell.type("SELECT 40 +\r");
      shell.expect("acme-> ");
      shell.type("2 AS answer;\r");
      shell.expect("(1 row)");
      shell.type("CREATE FUNCTION answer() RETURNS int LANGUAGE plpgsql AS $$\r");
      shell.expect("acme-> ");
      shell.type("BEGIN\rRETURN 6 * 7;\rEND;\r");
      shell.type("$$;\r");
      shell.expect("CREATE");
      shell.type("SELECT 'it is ' || answer() AS told;\r");
      shell.expect("it is 42");
      shell.type("\\q\r");
      assertThat(shell.exitStatus()).isZero();
    }
  }

  @Test
  void goesOnAfterErrorsAndFollowsTheTransaction() throws IOException {
    try (RunningShell shell = onTerminal(Bookstore.TENANT, "--builtin")) {
      shell.expect("acme=> ");
      shell.type("BEGIN;\r");
      shell.expect("acme=*> ");
      shell.type("SELECT nope;\r");
      shell.expect("SQLSTATE 42703");
      shell.expect("^");
      shell.expect("acme=!> ");
      shell.type("COMMIT;\r");
      shell.expect("ROLLBACK");
      shell.expect("acme=> ");
      shell.type("\\x\r");
      shell.expect("PPP905");
      shell.expect("acme=> ");
      shell.type("\\dn\r");
      shell.expect("public");
      shell.expect("acme=> ");
      shell.type(CTRL_D);
      assertThat(shell.exitStatus()).isZero();
    }
  }

  @Test
  void cancelsWhatRunsAndDropsWhatIsTyped() throws IOException {
    try (RunningShell shell = onTerminal(Bookstore.TENANT, "--builtin")) {
      shell.expect("acme=> ");
      shell.type("SELECT 'forgotten\r");
      shell.expect("acme-> ");
      shell.type(CTRL_C);
      shell.expect("acme=> ");
      shell.type("SELECT pg_sleep(100); SELECT 'not this';\r");
      awaitSleeper();
      shell.type(CTRL_C);
      shell.expect("SQLSTATE 57014");
      shell.expect("acme=> ");
      shell.type("SELECT 'still ' || 'here';\r");
      shell.expect("still here");
      assertThat(shell.out()).doesNotContain(" not this\r\n");
      shell.type("\\q\r");
      assertThat(shell.exitStatus()).isZero();
    }
  }

  @Test
  void remembersStatementsButNoPasswords() throws IOException {
    try (RunningShell shell = onTerminal(Bookstore.TENANT, "--builtin")) {
      shell.expect("acme=> ");
      shell.type("SELECT\r");
      shell.expect("acme-> ");
      shell.type("1 AS kept;\r");
      shell.expect("(1 row)");
      shell.expect("acme=> ");
      shell.type("ALTER ROLE current_user PASSWORD\r");
      shell.expect("acme-> ");
      shell.type("'not kept';\r");
      shell.expect("ALTER");
      shell.expect("acme=> ");
      shell.type("\\q\r");
      assertThat(shell.exitStatus()).isZero();
    }
    Path history = bookstore.topology().stateFolder().resolve("psql/history");
    assertThat(history).content().contains("1 AS kept").doesNotContain("not kept");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(history)))
        .isEqualTo("rw-------");
  }

  @Test
  void leavesCtrlCToTheRealPsql() throws IOException {
    Assumptions.assumeTrue(Programs.find("psql").isPresent(), "no psql on the PATH");
    try (RunningShell shell = onTerminal(Bookstore.TENANT, "--", "-P", "pager=off")) {
      String prompt = bookstore.shard().database() + "=> ";
      shell.expect(prompt);
      shell.type("SELECT pg_sleep(100);\n");
      awaitSleeper();
      shell.type(CTRL_C);
      shell.expect("canceling statement due to user request");
      shell.expect(prompt);
      shell.type("SELECT 'still ' || 'here';\n");
      shell.expect("still here");
      shell.type("\\! exit 0\n\\q\n");
      assertThat(shell.exitStatus()).isZero();
    }
    assertThat(List.of(bookstore.topology().stateFolder().resolve("psql").toFile().list()))
        .isEmpty();
  }
}
