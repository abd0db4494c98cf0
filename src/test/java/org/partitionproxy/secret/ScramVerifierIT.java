package org.partitionproxy.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.testing.TestServer;
import org.partitionproxy.topology.ServerDefinition;

class ScramVerifierIT {

  private final ServerDefinition server = TestServer.shared("a").freshDatabase("shard1");
  private final Identifier role = Identifier.of(server.database() + "_scram");

  @Test
  void letsTheRoleInWithThePasswordAndWithNoOther() {
    Secret password = new PasswordGenerator().next();
    String verifier = ScramVerifier.of(password);
    try (Session session = new Connector(name -> Optional.empty(), "ppp test").superuser(server)) {
      session.execute(Sql.of("CREATE ROLE {} LOGIN PASSWORD {}", role, Literal.hidden(verifier)));
      assertThat(
              session.queryOne(
                  "SELECT rolpassword FROM pg_catalog.pg_authid WHERE rolname = ?",
                  row -> row.string("rolpassword"),
                  role.value()))
          .contains(verifier);
      assertThat(userOf(password)).isEqualTo(role.value());
      assertThatThrownBy(() -> userOf(Secret.of(password.reveal() + "x")))
          .isInstanceOf(PppException.class)
          .hasMessageContaining("refused role");
      session.execute(Sql.of("DROP ROLE {}", role));
    }
  }

  private String userOf(Secret password) {
    try (Session session =
        new Connector(name -> Optional.of(password), "ppp test").as(server, role)) {
      return session
          .queryOne("SELECT current_user AS name", row -> row.string("name"))
          .orElseThrow();
    }
  }
}
