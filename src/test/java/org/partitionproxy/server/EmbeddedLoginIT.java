package org.partitionproxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.topology.HostPort;

/** Who gets into an embedded server, and by which way. */
@Execution(ExecutionMode.CONCURRENT)
class EmbeddedLoginIT {

  private final TemporaryCheckout checkout = TemporaryCheckout.make();

  @AfterEach
  void removeServers() {
    checkout.close();
  }

  @EveryPostgres
  void letsAnOrdinaryRoleOfTheVeneerReachAShardByItsSocketWithThePassword(PostgresVersion version) {
    checkout.postgresHome(version.home());
    checkout.startOnCopies();
    shardWithTable();
    veneerWithForeignTable("right");
    assertThat(readThroughTheVeneer()).containsExactly("seen");

    try (Session session = checkout.session(checkout.veneer())) {
      session.execute(
          Sql.of("ALTER USER MAPPING FOR app SERVER shard1 OPTIONS (SET password 'wrong')"));
    }
    assertThatThrownBy(this::readThroughTheVeneer)
        .isInstanceOf(SqlFailure.class)
        .extracting(failure -> ((SqlFailure) failure).sqlState())
        .isEqualTo("08001");
  }

  private void shardWithTable() {
    try (Session session = checkout.session(checkout.shard())) {
      session.execute(
          List.of(
              Sql.of("CREATE ROLE app LOGIN PASSWORD 'right'"),
              Sql.of("CREATE TABLE public.t AS SELECT 'seen' AS v"),
              Sql.of("GRANT SELECT ON public.t TO app")));
    }
  }

  private void veneerWithForeignTable(String password) {
    HostPort address = checkout.runtime().addressFromVeneer(checkout.shard());
    assertThat(address.host()).startsWith("/");
    try (Session session = checkout.session(checkout.veneer())) {
      session.execute(
          List.of(
              Sql.of("CREATE ROLE app LOGIN PASSWORD 'right'"),
              Sql.of("CREATE EXTENSION postgres_fdw"),
              Sql.of(
                  """
                  CREATE SERVER shard1 FOREIGN DATA WRAPPER postgres_fdw
                  OPTIONS (host {}, port {}, dbname 'postgres')""",
                  Literal.of(address.host()),
                  Literal.of(Integer.toString(address.port()))),
              Sql.of(
                  "CREATE USER MAPPING FOR app SERVER shard1 OPTIONS (user 'app', password {})",
                  Literal.of(password)),
              Sql.of("CREATE FOREIGN TABLE public.t (v text) SERVER shard1"),
              Sql.of("GRANT SELECT ON public.t TO app")));
    }
  }

  private List<String> readThroughTheVeneer() {
    try (Session session = checkout.session(checkout.veneer())) {
      session.execute(Sql.of("SET SESSION AUTHORIZATION app"));
      return session.query("SELECT v FROM public.t", row -> row.string("v"));
    }
  }

  @Test
  void letsTheOwningSystemUserInAsSuperuserWithoutAPasswordAndNobodyElse() {
    assumeThat(Files.isExecutable(Path.of("/usr/bin/psql"))).as("psql").isTrue();
    checkout.startOnCopies();
    shardWithTable();
    assertThat(psql("postgres", "").output()).isEqualTo("in");
    assertThat(psql("app", "wrong").succeeded()).isFalse();
    assertThat(psql("app", "wrong").output()).contains("password authentication failed");
    assertThat(psql("app", "right").output()).isEqualTo("in");
  }

  private Subprocess.Outcome psql(String role, String password) {
    String options =
        "host="
            + checkout.embeddedHome().sockets()
            + " port="
            + checkout.shard().port()
            + " dbname=postgres user="
            + role
            + " password='"
            + password
            + "'";
    return checkout
        .user()
        .run(Path.of("/"), List.of("/usr/bin/psql", options, "-wAtc", "SELECT 'in'"));
  }

  @Test
  void refusesAWrongPasswordOverTcp() {
    checkout.startOnCopies();
    Connector wrong = new Connector(name -> Optional.of(Secret.of("wrong")), "ppp test");
    assertThatThrownBy(() -> wrong.maintenance(checkout.shard()))
        .isInstanceOf(SqlFailure.class)
        .hasMessageContaining("refused role \"postgres\"");
  }
}
