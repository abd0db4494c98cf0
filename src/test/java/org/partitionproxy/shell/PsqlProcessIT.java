package org.partitionproxy.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.db.Session;

/** The real psql, where this machine has one. */
class PsqlProcessIT {

  @TempDir Path folder;
  private Bookstore bookstore;

  @BeforeEach
  void createBookstore() {
    Assumptions.assumeTrue(Programs.find("psql").isPresent(), "no psql on the PATH");
    bookstore = Bookstore.create(folder);
  }

  private RunningShell shell(String... arguments) {
    ProcessBuilder builder = new ProcessBuilder(bookstore.command(arguments));
    builder.environment().put("PGHOST", "203.0.113.1");
    builder.environment().put("PGHOSTADDR", "203.0.113.1");
    builder.environment().put("PGPASSWORD", "wrong");
    builder.environment().put("PGSERVICE", "nowhere");
    builder.environment().put("PGTZ", "Asia/Tokyo");
    builder.environment().put("PSQLRC", "/dev/null");
    return new RunningShell(builder);
  }

  @Test
  void comesInAsTheTenantsRoleWithItsSchema() {
    try (RunningShell shell =
        shell(
            Bookstore.TENANT,
            "-c",
            "CREATE TABLE books ()",
            "-c",
            "SELECT current_user, current_schemas(false), current_setting('timezone')",
            "--",
            "-At")) {
      assertThat(shell.exitStatus()).as(shell.err()).isZero();
      assertThat(shell.out())
          .isEqualTo(
              "CREATE TABLE\n%s|{\"%s\"}|Asia/Tokyo\n"
                  .formatted(bookstore.tenant().role(), bookstore.tenant().schema()));
    }
  }

  @Test
  void goesToTheVeneerAndComesAsTheAdmin() {
    String question = "SELECT current_user, current_database()";
    try (RunningShell tenant =
            shell(Bookstore.TENANT, "--via-veneer", "-c", question, "--", "-At");
        RunningShell veneer = shell("veneer", "-c", question, "--", "-At");
        RunningShell admin = shell("shard1", "--admin", "-c", question, "--", "-At")) {
      assertThat(tenant.exitStatus()).as(tenant.err()).isZero();
      assertThat(veneer.exitStatus()).as(veneer.err()).isZero();
      assertThat(admin.exitStatus()).as(admin.err()).isZero();
      String onVeneer = "|" + bookstore.topology().veneer().database() + "\n";
      assertThat(tenant.out()).isEqualTo(bookstore.tenant().role() + onVeneer);
      assertThat(veneer.out()).isEqualTo(bookstore.topology().appRole() + onVeneer);
      assertThat(admin.out())
          .isEqualTo(bookstore.topology().adminRole() + "|" + bookstore.shard().database() + "\n");
    }
  }

  @Test
  void passesStandardInputAndTheExitStatusOn() {
    try (RunningShell shell = shell(Bookstore.TENANT, "--", "-At", "-v", "ON_ERROR_STOP=1")) {
      shell.feed("SELECT 6 * 7;\nSELECT nope;\nSELECT 'never';\n");
      assertThat(shell.exitStatus()).isEqualTo(3);
      assertThat(shell.out()).isEqualTo("42\n");
      assertThat(shell.err()).contains("column \"nope\" does not exist");
    }
    try (RunningShell shell = shell(Bookstore.TENANT, "-c", "SELECT nope")) {
      assertThat(shell.exitStatus()).isEqualTo(1);
    }
  }

  @Test
  void showsThePasswordToNoOtherProcessAndLeavesNoFile() throws IOException {
    try (RunningShell shell = shell(Bookstore.TENANT, "-c", "SELECT pg_sleep(100)")) {
      int backend = awaitSleeper();
      List<Path> files = passwordFiles();
      assertThat(files).hasSize(1);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.get(0))))
          .isEqualTo("rw-------");
      assertThat(everyProcess()).contains("pg_sleep").doesNotContain(secretPart());
      cancel(backend);
      assertThat(shell.exitStatus()).isEqualTo(1);
      assertThat(passwordFiles()).isEmpty();
      assertThat(shell.out() + shell.err()).doesNotContain(secretPart());
    }
  }

  @Test
  void takesPsqlAndThePasswordWithItWhenToldToEnd() throws IOException {
    try (RunningShell shell = shell(Bookstore.TENANT, "-c", "SELECT pg_sleep(100)")) {
      awaitSleeper();
      List<ProcessHandle> children = shell.process().descendants().toList();
      assertThat(children).isNotEmpty();
      shell.process().destroy();
      assertThat(shell.exitStatus()).isEqualTo(128 + 15);
      await().until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
      assertThat(passwordFiles()).isEmpty();
    }
  }

  private String secretPart() {
    return bookstore.password().reveal();
  }

  /** The process of the session that sleeps. */
  private int awaitSleeper() {
    try (Session session = bookstore.superuser()) {
      return await()
          .atMost(java.time.Duration.ofSeconds(60))
          .until(
              () ->
                  session.query(
                      """
                      SELECT pid FROM pg_catalog.pg_stat_activity
                      WHERE query LIKE 'SELECT pg_sleep%' AND usename = ? AND state = 'active'
                      ORDER BY pid""",
                      row -> row.integer("pid"), bookstore.tenant().role().value()),
              pids -> !pids.isEmpty())
          .get(0);
    }
  }

  private void cancel(int backend) {
    try (Session session = bookstore.superuser()) {
      assertThat(
              session.query(
                  "SELECT pg_cancel_backend(?) AS done", row -> row.bool("done"), backend))
          .containsExactly(true);
    }
  }

  private List<Path> passwordFiles() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.getFileName().toString().startsWith("pgpass")).toList();
    }
  }

  /** The command lines and environments of all processes, as far as this one may read them. */
  private static String everyProcess() throws IOException {
    Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc/self")), "no /proc on this system");
    StringBuilder all = new StringBuilder();
    for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
      for (String file : List.of("cmdline", "environ")) {
        try {
          byte[] bytes = Files.readAllBytes(Path.of("/proc/" + process.pid(), file));
          all.append(new String(bytes, UTF_8).replace('\0', '\n')).append('\n');
        } catch (IOException e) {
          // It has ended, or belongs to somebody else.
        }
      }
    }
    return all.toString();
  }
}
