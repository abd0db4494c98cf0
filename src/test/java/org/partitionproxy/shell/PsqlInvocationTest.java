package org.partitionproxy.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.SslMode;

class PsqlInvocationTest {

  private static final Path PSQL = Path.of("/usr/bin/psql");
  private static final Path PASSWORD_FILE = Path.of("/home/ann/.ppp/psql/pgpass-1");
  private static final ShellRequest NOTHING = new ShellRequest(List.of(), List.of(), false);
  private static final ServerDefinition SERVER =
      new ServerDefinition(
          new ServerName("shard1"),
          "db1.example.com",
          6432,
          Optional.empty(),
          Identifier.of("bookstore"),
          Identifier.of("postgres"),
          Optional.empty(),
          SslMode.VERIFY_FULL,
          Optional.of(Path.of("/etc/ca.crt")),
          new TreeMap<>(),
          new TreeMap<>());

  private static Login login(String schema) {
    return new Login("acme", SERVER, Identifier.of("acme_app"), Optional.of(Identifier.of(schema)));
  }

  private static PsqlInvocation local(Login login, ShellRequest request, boolean terminal) {
    return PsqlInvocation.local(PSQL, login, request, PASSWORD_FILE, terminal);
  }

  @Test
  void saysWhereToGoInTheEnvironment() {
    PsqlInvocation invocation = local(login("acme"), NOTHING, true);
    assertThat(invocation.command()).containsExactly("/usr/bin/psql");
    assertThat(invocation.environment())
        .containsExactly(
            Map.entry("PGDATABASE", "bookstore"),
            Map.entry("PGHOST", "db1.example.com"),
            Map.entry("PGOPTIONS", "-c search_path=\"acme\""),
            Map.entry("PGPASSFILE", PASSWORD_FILE.toString()),
            Map.entry("PGPORT", "6432"),
            Map.entry("PGSSLMODE", "verify-full"),
            Map.entry("PGSSLROOTCERT", "/etc/ca.crt"),
            Map.entry("PGUSER", "acme_app"));
    assertThat(invocation.password()).isEmpty();
  }

  @Test
  void escapesTheSchemaForTheServersOptions() {
    assertThat(local(login("a b\\c\"d"), NOTHING, true).environment())
        .containsEntry("PGOPTIONS", "-c search_path=\"a\\ b\\\\c\"\"d\"");
  }

  @Test
  void passesCommandsBeforePsqlsOwnArguments() {
    ShellRequest request =
        new ShellRequest(List.of("SELECT 1", "-c"), List.of("-At", "-v", "x=y z"), false);
    assertThat(local(login("acme"), request, false).command())
        .containsExactly(
            "/usr/bin/psql",
            "--no-password",
            "--command=SELECT 1",
            "--command=-c",
            "-At",
            "-v",
            "x=y z");
  }

  @Test
  void givesAContainersPsqlATerminalWhereThereIsOne() {
    PsqlInvocation invocation =
        PsqlInvocation.inContainer(
            Path.of("/usr/bin/docker"), "4711", login("acme"), NOTHING, Secret.of("hush"), true);
    assertThat(invocation.command())
        .startsWith("/usr/bin/docker", "exec", "--interactive", "--tty")
        .endsWith("--env", "PGPASSWORD", "4711", "psql");
    assertThat(invocation.toString()).doesNotContain("hush");
  }

  @Test
  void keepsOnlyVariablesThatLeadNowhereElse() {
    assertThat(List.of("PATH", "PAGER", "PSQLRC", "PGTZ", "PGCLIENTENCODING"))
        .allMatch(PsqlInvocation::keeps);
    assertThat(List.of("PGHOST", "PGHOSTADDR", "PGPASSWORD", "PGSERVICE", "PGOPTIONS", "PGCLUSTER"))
        .noneMatch(PsqlInvocation::keeps);
  }

  @Test
  void writesAPasswordLineForThisServerAndRoleOnly() {
    assertThat(PasswordFile.line(SERVER, Identifier.of("a:b"), Secret.of("pass:with\\ all ")))
        .isEqualTo("db1.example.com:6432:*:a\\:b:pass\\:with\\\\ all \n");
  }

  @Test
  void keepsNoStatementWithAPassword() {
    assertThat(ShellHistory.isKept("SELECT 1;")).isTrue();
    assertThat(ShellHistory.isKept("ALTER ROLE a\nPassWord 'b';")).isFalse();
  }
}
