package org.partitionproxy.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.Differ;
import org.partitionproxy.plan.Passwords;
import org.partitionproxy.plan.RandomState;
import org.partitionproxy.secret.ScramVerifier;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.ServerState;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;
import org.partitionproxy.topology.ServerDefinition;

/** What is planned, made and read back is what was wanted, on every version that is here. */
class CatalogRoundTripIT {

  private static final Passwords PASSWORDS =
      new Passwords() {
        @Override
        public Literal verifier(Identifier role) {
          return Literal.hidden(ScramVerifier.of(Secret.of("secret")));
        }

        @Override
        public Literal password(Identifier role) {
          return Literal.hidden("secret");
        }
      };

  private final Connector connector = new Connector(name -> Optional.empty(), "ppp test");
  private final Differ differ = new Differ(PASSWORDS);

  static Stream<Arguments> versionsAndSeeds() {
    return PostgresVersion.here().stream()
        .flatMap(version -> Stream.of(1L, 2L, 3L).map(seed -> Arguments.of(version, seed)));
  }

  @ParameterizedTest
  @MethodSource("versionsAndSeeds")
  void makesWhatWasWantedAndThenFindsNothingToDo(PostgresVersion version, long seed) {
    ServerDefinition server = TestServer.shared("a", version).freshDatabase("veneer");
    String prefix = "rt" + server.database().value().replace("test_", "") + "_" + seed;
    RandomState random = new RandomState(seed, prefix);
    ServerState first = random.next(server.database());
    ServerState second = random.next(server.database());
    try (Session session = connector.superuser(server)) {
      apply(session, random, read(session, first), first);
      assertThat(differ.diff(read(session, first), first)).as("first, seed %d", seed).isEmpty();
      SortedMap<Identifier, String> before = fingerprints(session, first);
      apply(session, random, read(session, second), second);
      assertThat(differ.diff(read(session, second), second)).as("second, seed %d", seed).isEmpty();
      assertThat(fingerprints(session, first)).isNotEqualTo(before);
    }
  }

  private void apply(Session session, RandomState random, ServerState is, ServerState should) {
    for (Change change : differ.diff(is, should)) {
      session.inTransaction(
          () -> {
            if (change.transaction() == Change.Transaction.OWNER) {
              session.execute(Sql.of("SET LOCAL ROLE {}", random.owner()));
            }
            session.execute(change.statements());
          });
    }
  }

  private static Scope scope(ServerState state) {
    return new Scope(
        state.database().orElseThrow().name(),
        new TreeSet<>(state.roles().keySet()),
        new TreeSet<>(state.schemas().keySet()));
  }

  private static SortedMap<Identifier, String> fingerprints(Session session, ServerState state) {
    return new FingerprintReader().read(session, new TreeSet<>(state.schemas().keySet()));
  }

  private static ServerState read(Session session, ServerState wanted) {
    Scope scope = scope(wanted);
    return new CatalogReader()
        .read(session, scope)
        .withMirrors(
            new TypeReader().read(session, scope.schemas()).values(),
            new TableReader().relations(session, scope, scope.schemas()).foreignTables());
  }
}
