package org.partitionproxy.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.diagnostic.ExitCode;

/** Which shell is opened, and how it ends; a folder made by the test is the whole PATH. */
class ShellLauncherIT {

  @TempDir Path folder;
  private Bookstore bookstore;
  private Path programs;

  @BeforeEach
  void createBookstore() throws IOException {
    bookstore = Bookstore.create(folder);
    programs = Files.createDirectory(folder.resolve("programs"));
    program("sh", "exec /bin/sh \"$@\"\n");
  }

  private RunningShell shell(String... arguments) {
    ProcessBuilder builder = new ProcessBuilder(bookstore.command(arguments));
    builder.environment().put("PATH", programs.toString());
    return new RunningShell(builder);
  }

  private void program(String name, String text) throws IOException {
    Path file = Files.writeString(programs.resolve(name), "#!/bin/sh\n" + text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void opensItsOwnShellWhereThereIsNoPsql() {
    try (RunningShell shell = shell(Bookstore.TENANT, "-c", "SELECT current_user AS who")) {
      assertThat(shell.exitStatus()).as(shell.err()).isZero();
      assertThat(shell.out()).contains(" who\n", bookstore.tenant().role().value(), "(1 row)");
    }
    try (RunningShell shell = shell(Bookstore.TENANT).feed("SELECT 1 AS one;\nSELECT nope;\n")) {
      assertThat(shell.exitStatus()).isEqualTo(ExitCode.SQL_FAILED.status());
      assertThat(shell.out()).contains(" one\n");
      assertThat(shell.err())
          .isEqualTo(
              """
              error[PPP404]: column "nope" does not exist (SQLSTATE 42703)
               --> stdin:2:8
                |
              2 | SELECT nope;
                |        ^
              hint: Nothing of it was kept.
              """);
    }
  }

  @Test
  void refusesArgumentsThatOnlyPsqlKnows() {
    try (RunningShell shell = shell(Bookstore.TENANT, "--", "-At")) {
      assertThat(shell.exitStatus()).isEqualTo(ExitCode.USAGE.status());
      assertThat(shell.err()).contains("PPP904", "psql is on the PATH");
    }
  }

  @Test
  void prefersThePsqlOnThePath() throws IOException {
    program("psql", "echo psql \"$@\"; exit 9\n");
    program("docker", "echo docker; exit 1\n");
    try (RunningShell shell = shell(Bookstore.TENANT, "--docker", "-c", "SELECT 1", "--", "-At")) {
      assertThat(shell.exitStatus()).isEqualTo(9);
      assertThat(shell.out()).isEqualTo("psql --no-password --command=SELECT 1 -At\n");
    }
  }

  @Test
  void usesThePsqlInTheContainer() throws IOException {
    program(
        "docker",
        """
        echo "$@"
        printf '%s\\n' "$PGUSER@$PGHOST:$PGPORT/$PGDATABASE $PGPASSWORD"
        exit 2
        """);
    try (RunningShell shell = shell(Bookstore.TENANT, "--docker", "-c", "SELECT 1")) {
      assertThat(shell.exitStatus()).isEqualTo(2);
      assertThat(shell.out())
          .isEqualTo(
              """
              exec --interactive --env PGDATABASE --env PGHOST --env PGOPTIONS --env PGPORT --env \
              PGUSER --env PGPASSWORD container-of-shard1 psql --no-password --command=SELECT 1
              %s@127.0.0.1:5432/%s %s
              """
                  .formatted(
                      bookstore.tenant().role(),
                      bookstore.shard().database(),
                      bookstore.password().reveal()));
    }
  }

  @Test
  void opensItsOwnShellWhereNoContainerRuns() throws IOException {
    program("docker", "echo 'docker was asked' >&2; exit 1\n");
    try (RunningShell shell = shell(Bookstore.TENANT, "-c", "SELECT 1 AS one")) {
      assertThat(shell.exitStatus()).as(shell.err()).isZero();
      assertThat(shell.out()).contains(" one\n");
      assertThat(shell.err()).isEmpty();
    }
  }

  @Test
  void tellsTheTopologysNamesWhenTheTargetIsUnknown() {
    try (RunningShell shell = shell("acmee")) {
      assertThat(shell.exitStatus()).isEqualTo(ExitCode.USAGE.status());
      assertThat(shell.err())
          .contains("PPP102", "Did you mean \"acme\"?", "Servers are veneer, shard1.");
    }
  }

  @Test
  void removesWhatAKilledProcessLeftBehind() throws IOException {
    Path state = Files.createDirectories(bookstore.topology().stateFolder().resolve("psql"));
    FileTime longAgo = FileTime.fromMillis(1_000_000_000_000L);
    Path dead = Files.createFile(state.resolve("pgpass-999999999"));
    Path reused = Files.createFile(state.resolve("pgpass-" + ProcessHandle.current().pid()));
    Path young = Files.createFile(state.resolve("pgpass-999999998"));
    for (Path file : List.of(dead, reused)) {
      Files.setLastModifiedTime(file, longAgo);
    }
    program("psql", "exit 0\n");
    try (RunningShell shell = shell(Bookstore.TENANT)) {
      assertThat(shell.exitStatus()).isZero();
      assertThat(List.of(dead, reused)).noneMatch(Files::exists);
      assertThat(young).exists();
    }
  }
}
