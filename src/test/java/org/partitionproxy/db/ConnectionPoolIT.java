package org.partitionproxy.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.testing.TestServer;
import org.partitionproxy.topology.ServerDefinition;

class ConnectionPoolIT {

  private final ServerDefinition server = TestServer.shared("a").freshDatabase("shard1");
  private final Identifier role = Identifier.of(server.database().value() + "_pooled");
  private final Connector connector =
      new Connector(name -> Optional.of(Secret.of("of the pool")), "ppp test");

  private ConnectionPool pool() {
    return connector.pool(server, role, 1, Duration.ofMillis(1_234));
  }

  private void createRole() {
    try (Session session = connector.superuser(server)) {
      session.execute(
          Sql.of("CREATE ROLE {} LOGIN PASSWORD {}", role, Literal.hidden("of the pool")));
      session.execute(Sql.of("GRANT pg_monitor TO {}", role));
    }
  }

  private static List<String> state(Session session) {
    return session.query(
        """
        SELECT pg_catalog.current_setting('search_path') || ' '
          || pg_catalog.current_setting('lock_timeout') || ' '
          || pg_catalog.current_setting('application_name') || ' '
          || (CURRENT_USER = SESSION_USER) || ' '
          || (SELECT pg_catalog.count(*) FROM pg_catalog.pg_locks
              WHERE locktype = 'advisory' AND pid = pg_catalog.pg_backend_pid()) || ' '
          || (pg_catalog.to_regclass('pg_temp.mine') IS NULL) AS state""",
        row -> row.string("state"));
  }

  @Test
  void nothingThatOneBorrowerSetReachesTheNext() {
    createRole();
    try (ConnectionPool pool = pool()) {
      int pid;
      List<String> clean;
      try (Session session = pool.borrow()) {
        pid = session.backendPid();
        clean = state(session);
        session.execute(
            List.of(
                Sql.of("SET search_path = other"),
                Sql.of("SET lock_timeout = 0"),
                Sql.of("SET application_name = 'other'"),
                Sql.of("SET ROLE pg_monitor"),
                Sql.of("SELECT pg_catalog.pg_advisory_lock(1)")));
        session.execute(Sql.of("RESET ROLE"));
        session.execute(Sql.of("CREATE TEMPORARY TABLE mine ()"));
        session.execute(Sql.of("SET ROLE pg_monitor"));
        assertThat(state(session)).isNotEqualTo(clean);
      }
      try (Session session = pool.borrow()) {
        assertThat(session.backendPid()).isEqualTo(pid);
        assertThat(state(session))
            .isEqualTo(clean)
            .containsExactly("\"$user\", public 1234ms ppp test true 0 true");
      }
    }
  }

  @Test
  void goesOnAfterTheServerEndedAConnection() {
    createRole();
    try (ConnectionPool pool = pool();
        Session superuser = connector.superuser(server)) {
      int pid;
      try (Session session = pool.borrow()) {
        pid = session.backendPid();
        superuser.query(
            "SELECT pg_catalog.pg_terminate_backend(?, 10000) AS ended",
            row -> row.bool("ended"),
            pid);
        SqlFailure failure = catchThrowableOfType(SqlFailure.class, () -> state(session));
        assertThat(failure.isUnreachable()).isTrue();
      }
      try (Session session = pool.borrow()) {
        assertThat(session.backendPid()).isNotEqualTo(pid);
      }
    }
  }

  @Test
  void saysAtOnceThatALoginIsRefused() {
    SqlFailure failure = catchThrowableOfType(SqlFailure.class, this::pool);
    assertThat(failure.diagnostics())
        .singleElement()
        .satisfies(problem -> assertThat(problem.code()).isEqualTo(Code.LOGIN_REFUSED));
  }
}
