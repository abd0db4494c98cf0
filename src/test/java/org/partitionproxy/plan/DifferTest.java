package org.partitionproxy.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.Database;
import org.partitionproxy.state.ForeignServer;
import org.partitionproxy.state.ForeignTable;
import org.partitionproxy.state.Role;
import org.partitionproxy.state.RoleLimits;
import org.partitionproxy.state.Schema;
import org.partitionproxy.state.ServerState;
import org.partitionproxy.state.TypeName;
import org.partitionproxy.state.UserMapping;

class DifferTest {

  private static final Identifier DATABASE = Identifier.of("shop");
  private static final Identifier ADMIN = Identifier.of("shop_admin");
  private static final Identifier ACME = Identifier.of("acme");
  private static final Identifier ACME_APP = Identifier.of("acme_app");
  private static final Identifier SHARD = Identifier.of("shard1");

  private final Differ differ =
      new Differ(
          new Passwords() {
            @Override
            public Literal verifier(Identifier role) {
              return Literal.hidden("verifier of " + role);
            }

            @Override
            public Literal password(Identifier role) {
              return Literal.hidden("password of " + role);
            }
          });

  private List<String> sql(ServerState is, ServerState should) {
    return differ.diff(is, should).stream()
        .flatMap(change -> change.statements().stream())
        .map(Sql::text)
        .toList();
  }

  private static ServerState database(Database database) {
    ServerState e = ServerState.EMPTY;
    return new ServerState(
        Optional.of(database),
        e.roles(),
        e.schemas(),
        e.extensions(),
        e.foreignServers(),
        e.userMappings());
  }

  private static ServerState roles(Role... roles) {
    return new ServerState(
        Optional.empty(),
        ServerState.index(List.of(roles), Role::name),
        new TreeMap<>(),
        new TreeSet<>(),
        new TreeMap<>(),
        new TreeMap<>());
  }

  private static ServerState tables(ForeignTable... tables) {
    return ServerState.EMPTY.withMirrors(List.of(), List.of(tables));
  }

  private static ForeignTable table(Column... columns) {
    QualifiedName name = QualifiedName.of("acme", "books");
    return new ForeignTable(
        name, SHARD, name, List.of(columns), Acl.of(ACME_APP, "SELECT", "INSERT"));
  }

  private static Column column(String name, String type, boolean notNull) {
    return new Column(Identifier.of(name), TypeName.builtIn(type), notNull, Optional.empty());
  }

  static LongStream seeds() {
    return LongStream.range(0, 50);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void findsNothingBetweenAStateAndItself(long seed) {
    ServerState state = new RandomState(seed, "r").next(DATABASE);
    assertThat(differ.diff(state, state)).isEmpty();
    assertThat(differ.diff(state, new RandomState(seed, "r").next(DATABASE))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void givesTheSameChangesInTheSameOrderEachTime(long seed) {
    ServerState should = new RandomState(seed, "r").next(DATABASE);
    List<Change> once = differ.diff(ServerState.EMPTY, should);
    assertThat(differ.diff(ServerState.EMPTY, should)).isEqualTo(once);
    List<Stage> stages = once.stream().map(Change::stage).toList();
    assertThat(stages).isSorted();
  }

  @Test
  void makesADatabaseThatNobodyEntersBeforeItIsDone() {
    Database should = new Database(DATABASE, ADMIN, Acl.of(ACME_APP, "CONNECT"), true);
    assertThat(sql(ServerState.EMPTY, database(should)))
        .containsExactly(
            "CREATE DATABASE \"shop\" CONNECTION LIMIT 0",
            "ALTER DATABASE \"shop\" OWNER TO \"shop_admin\"",
            "REVOKE CONNECT, TEMPORARY ON DATABASE \"shop\" FROM \"public\"",
            "GRANT CONNECT ON DATABASE \"shop\" TO \"acme_app\"",
            "ALTER DATABASE \"shop\" CONNECTION LIMIT -1");
    Database halfMade = new Database(DATABASE, ADMIN, should.acl(), false);
    assertThat(sql(database(halfMade), database(should)))
        .containsExactly("ALTER DATABASE \"shop\" CONNECTION LIMIT -1");
  }

  @Test
  void makesRolesBeforeTheirMembers() {
    Role app = new Role(Identifier.of("a_app"), true, new TreeSet<>(List.of(ACME_APP)), List.of());
    Role tenant = new Role(ACME_APP, true, new TreeSet<>(), List.of(ACME));
    assertThat(sql(ServerState.EMPTY, roles(app, tenant)))
        .containsExactly(
            "CREATE ROLE \"acme_app\" LOGIN PASSWORD 'verifier of acme_app'",
            "ALTER ROLE \"acme_app\" SET search_path = \"acme\"",
            "CREATE ROLE \"a_app\" LOGIN PASSWORD 'verifier of a_app'",
            "GRANT \"acme_app\" TO \"a_app\"");
    assertThat(sql(roles(Role.login(Identifier.of("a_app")), tenant), roles(app, tenant)))
        .containsExactly("GRANT \"acme_app\" TO \"a_app\"");
    assertThat(sql(roles(app, tenant), roles(Role.login(Identifier.of("a_app")), tenant)))
        .containsExactly("REVOKE \"acme_app\" FROM \"a_app\"");
  }

  @Test
  void neverResetsThePasswordOfARoleThatExists() {
    Role noLogin = new Role(ACME_APP, false, new TreeSet<>(), List.of());
    assertThat(sql(roles(noLogin), roles(Role.login(ACME_APP))))
        .containsExactly("ALTER ROLE \"acme_app\" LOGIN");
  }

  @Test
  void changesOnlyTheLimitsThatDiffer() {
    Role is = limited(5, "work_mem", "1MB", "temp_file_limit", "1GB");
    Role should = limited(20, "work_mem", "16MB", "statement_timeout", "30s");
    assertThat(sql(roles(is), roles(should)))
        .containsExactly(
            "ALTER ROLE \"acme_app\" CONNECTION LIMIT 20",
            "ALTER ROLE \"acme_app\" SET \"statement_timeout\" = '30s'",
            "ALTER ROLE \"acme_app\" SET \"work_mem\" = '16MB'",
            "ALTER ROLE \"acme_app\" RESET \"temp_file_limit\"");
    assertThat(sql(roles(is), roles(Role.login(ACME_APP)))).isEmpty();
  }

  private static Role limited(int connections, String... settings) {
    TreeMap<String, String> map = new TreeMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      map.put(settings[i], settings[i + 1]);
    }
    return new Role(
        ACME_APP, true, new TreeSet<>(), List.of(), Optional.of(new RoleLimits(connections, map)));
  }

  @Test
  void leavesAloneWhatIsNotAskedFor() {
    ServerState is = roles(Role.login(ADMIN), Role.login(ACME_APP));
    assertThat(differ.diff(is, roles(Role.login(ADMIN)))).isEmpty();
  }

  @Test
  void changesOnlyTheOptionsThatDiffer() {
    ForeignServer is = server("fetch_size", "100", "batch_size", "1", "host", "a");
    ForeignServer should = server("fetch_size", "10000", "host", "a", "keep_connections", "on");
    assertThat(sql(servers(is), servers(should)))
        .containsExactly(
            "ALTER SERVER \"shard1\" OPTIONS (SET \"fetch_size\" '10000', "
                + "ADD \"keep_connections\" 'on', DROP \"batch_size\")");
  }

  private static ForeignServer server(String... options) {
    TreeMap<String, String> map = new TreeMap<>();
    for (int i = 0; i < options.length; i += 2) {
      map.put(options[i], options[i + 1]);
    }
    return new ForeignServer(SHARD, map, Acl.NONE);
  }

  private static ServerState servers(ForeignServer server) {
    return new ServerState(
        Optional.empty(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeSet<>(),
        ServerState.index(List.of(server), ForeignServer::name),
        new TreeMap<>());
  }

  @Test
  void hidesThePasswordOfAMapping() {
    UserMapping mapping = new UserMapping(new UserMapping.Key(SHARD, ACME_APP), ACME_APP);
    ServerState should =
        new ServerState(
            Optional.empty(),
            new TreeMap<>(),
            new TreeMap<>(),
            new TreeSet<>(),
            new TreeMap<>(),
            ServerState.index(List.of(mapping), UserMapping::key));
    Sql statement = differ.diff(ServerState.EMPTY, should).get(0).statements().get(0);
    assertThat(statement.isSecret()).isTrue();
    assertThat(statement)
        .hasToString(
            "CREATE USER MAPPING FOR \"acme_app\" SERVER \"shard1\""
                + " OPTIONS (user 'acme_app', password '********')");
  }

  @Test
  void makesASchemaWithItsGrantsAndDefaults() {
    Schema should =
        new Schema(
            ACME,
            ADMIN,
            Acl.of(ACME_APP, "USAGE"),
            Acl.of(ACME_APP, "SELECT", "INSERT"),
            Acl.of(ACME_APP, "USAGE"));
    ServerState state =
        new ServerState(
            Optional.empty(),
            new TreeMap<>(),
            ServerState.index(List.of(should), Schema::name),
            new TreeSet<>(),
            new TreeMap<>(),
            new TreeMap<>());
    assertThat(sql(ServerState.EMPTY, state))
        .containsExactly(
            "CREATE SCHEMA \"acme\" AUTHORIZATION \"shop_admin\"",
            "GRANT USAGE ON SCHEMA \"acme\" TO \"acme_app\"",
            "ALTER DEFAULT PRIVILEGES FOR ROLE \"shop_admin\" IN SCHEMA \"acme\""
                + " GRANT INSERT, SELECT ON TABLES TO \"acme_app\"",
            "ALTER DEFAULT PRIVILEGES FOR ROLE \"shop_admin\" IN SCHEMA \"acme\""
                + " GRANT USAGE ON SEQUENCES TO \"acme_app\"");
  }

  @Test
  void makesForeignTables() {
    assertThat(sql(tables(), tables(table(column("id", "uuid", true), column("t", "text", false)))))
        .containsExactly(
            "CREATE FOREIGN TABLE \"acme\".\"books\" (\"id\" uuid NOT NULL, \"t\" text)"
                + " SERVER \"shard1\" OPTIONS (schema_name 'acme', table_name 'books')",
            "GRANT INSERT, SELECT ON \"acme\".\"books\" TO \"acme_app\"");
  }

  @Test
  void altersForeignTablesWherePostgresCan() {
    ForeignTable is =
        table(
            column("gone", "text", false),
            column("n", "integer", false),
            column("k", "text", true));
    ForeignTable should =
        table(
            column("n", "bigint", true), column("k", "text", false), column("new", "date", false));
    assertThat(sql(tables(is), tables(should)))
        .containsExactly(
            "ALTER FOREIGN TABLE \"acme\".\"books\" DROP COLUMN \"gone\","
                + " ALTER COLUMN \"n\" TYPE bigint, ALTER COLUMN \"n\" SET NOT NULL,"
                + " ALTER COLUMN \"k\" DROP NOT NULL, ADD COLUMN \"new\" date");
  }

  @Test
  void keepsForeignTablesThatDifferOnlyInTheOrderOfColumns() {
    ForeignTable is = table(column("a", "text", false), column("b", "text", false));
    ForeignTable should = table(column("b", "text", false), column("a", "text", false));
    assertThat(differ.diff(tables(is), tables(should))).isEmpty();
  }

  @Test
  void dropsForeignTablesThatAreGone() {
    List<Change> changes = differ.diff(tables(table()), tables());
    assertThat(changes).extracting(Change::action).containsExactly(Action.DROP);
    assertThat(sql(tables(table()), tables()))
        .containsExactly("DROP FOREIGN TABLE \"acme\".\"books\"");
  }

  @Test
  void givesAllChangesOfATenantItsSchema() {
    List<Change> changes =
        new ArrayList<>(differ.diff(tables(), tables(table(column("a", "text", false)))));
    assertThat(changes).extracting(Change::schema).containsOnly(Optional.of(ACME));
    assertThat(changes).extracting(Change::transaction).containsOnly(Change.Transaction.OWNER);
  }
}
