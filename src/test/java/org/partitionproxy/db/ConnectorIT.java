package org.partitionproxy.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.partitionproxy.secret.ScramVerifier;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.secret.SecretSource;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.testing.TestServer;
import org.partitionproxy.topology.ServerDefinition;

class ConnectorIT {

  private static final Secret OLD = Secret.of("old");
  private static final Secret NEXT = Secret.of("next");

  private final ServerDefinition server = TestServer.shared("a").freshDatabase("shard1");
  private final Identifier role = Identifier.of(server.database() + "_role");

  /** A rotation that is under way. */
  private record Rotating(Optional<Secret> next) implements SecretSource {

    @Override
    public Optional<Secret> find(SecretName name) {
      return Optional.of(OLD);
    }

    @Override
    public Optional<Secret> findNext(SecretName name) {
      return next;
    }
  }

  private static Connector connector(Optional<Secret> next) {
    return new Connector(new Rotating(next), "ppp test");
  }

  @BeforeEach
  void createRole() {
    try (Session session = connector(Optional.empty()).superuser(server)) {
      session.execute(Sql.of("CREATE ROLE {} LOGIN", role));
    }
    serverKnows(OLD);
  }

  private void serverKnows(Secret password) {
    try (Session session = connector(Optional.empty()).superuser(server)) {
      session.execute(
          Sql.of("ALTER ROLE {} PASSWORD {}", role, Literal.hidden(ScramVerifier.of(password))));
    }
  }

  private Secret taken(Connector connector) {
    connector.as(server, role).close();
    try (ConnectionPool pool = connector.pool(server, role, 1, Duration.ofSeconds(1));
        Session session = pool.borrow()) {
      assertThat(session.isAlive()).isTrue();
    }
    return connector.passwordOf(server, role);
  }

  @Test
  void getsInBeforeAndAfterTheServerKnowsTheNextPassword() {
    Connector connector = connector(Optional.of(NEXT));
    assertThat(taken(connector)).isEqualTo(OLD);
    serverKnows(NEXT);
    assertThat(taken(connector)).isEqualTo(NEXT);
  }

  @Test
  void isRefusedWithoutARotation() {
    serverKnows(NEXT);
    assertThatThrownBy(() -> connector(Optional.empty()).as(server, role))
        .isInstanceOfSatisfying(SqlFailure.class, e -> assertThat(e.sqlState()).isEqualTo("28P01"));
  }

  @Test
  void letsTheServerNoticeSoonThatItsClientIsGone() {
    try (Session session = connector(Optional.empty()).as(server, role)) {
      assertThat(
              session.query(
                  "SELECT pg_catalog.current_setting('client_connection_check_interval') AS value",
                  row -> row.string("value")))
          .containsExactly("5s");
    }
  }
}
