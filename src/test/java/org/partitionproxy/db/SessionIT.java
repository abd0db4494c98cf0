package org.partitionproxy.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.testing.TestServer;
import org.partitionproxy.topology.ServerDefinition;

class SessionIT {

  private final ServerDefinition server = TestServer.shared("a").freshDatabase("shard1");
  private final Connector connector = new Connector(name -> Optional.empty(), "ppp test");

  @Test
  void quotesNamesAndLiteralsByConstruction() {
    try (Session session = connector.superuser(server)) {
      Identifier hostile = Identifier.of("a\"; DROP SCHEMA public; --");
      session.execute(
          List.of(
              Sql.of("CREATE SCHEMA {}", hostile),
              Sql.of("COMMENT ON SCHEMA {} IS {}", hostile, Literal.of("it's a \\ trap"))));
      assertThat(
              session.queryOne(
                  """
                  SELECT pg_catalog.obj_description(oid) AS comment FROM pg_catalog.pg_namespace
                  WHERE nspname = ?""",
                  row -> row.string("comment"),
                  hostile.value()))
          .contains("it's a \\ trap");
    }
  }

  @Test
  void rollsBackAndGoesOnAfterAFailure() {
    try (Session session = connector.superuser(server)) {
      SqlFailure failure =
          catchThrowableOfType(
              SqlFailure.class,
              () ->
                  session.inTransaction(
                      () -> {
                        session.execute(Sql.of("CREATE TABLE public.t ()"));
                        session.execute(Sql.of("SELECT 1 / 0"));
                      }));
      assertThat(failure.sqlState()).isEqualTo("22012");
      assertThat(
              session.query("SELECT to_regclass('public.t') IS NULL AS gone", r -> r.bool("gone")))
          .containsExactly(true);
    }
  }
}
