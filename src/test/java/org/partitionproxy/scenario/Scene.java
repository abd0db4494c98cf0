package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.partitionproxy.cli.InProcess;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.secret.SecretStore;
import org.partitionproxy.testing.Running;
import org.partitionproxy.testing.TestServer;

/**
 * A folder with a shards.yaml over real servers. Names are this scene's own, because roles belong
 * to whole servers, which other tests share: tenant {@code acme} has schema {@code acme_7}.
 */
final class Scene {

  static final String NOTHING_TO_DO = "Nothing to do: the servers match shards.yaml.\n";

  private static final AtomicInteger SCENES = new AtomicInteger();

  /** A server of the topology, and where it is. */
  static final class Place {
    final TestServer server;
    String database;
    int port;
    String address = "";
    String keys = "";

    Place(TestServer server, String database) {
      this.server = server;
      this.database = database;
      this.port = server.port();
    }
  }

  private final int number = SCENES.incrementAndGet();
  private final Path folder;
  private final List<String> lines = new ArrayList<>();
  private final Map<String, Place> places = new LinkedHashMap<>();
  private final Map<String, Place> copies = new LinkedHashMap<>();
  private final List<String> veneers = new ArrayList<>(List.of("veneer"));
  private final Map<String, String> tenants = new LinkedHashMap<>();
  private final Map<String, String> schemas = new LinkedHashMap<>();
  private final Map<String, String> limits = new LinkedHashMap<>();
  private String name = "scene" + number;
  private String migrations = "migrations";
  private boolean everyone;

  /** Shards are called shard1, shard2 and so on, and have a tenant each: acme, bolt, cato. */
  Scene(Path folder, TestServer veneer, TestServer... shards) throws IOException {
    this.folder = folder;
    place("veneer", veneer);
    List<String> names = List.of("acme", "bolt", "cato");
    for (int i = 0; i < shards.length; i++) {
      place("shard" + (i + 1), shards[i]);
      tenant(names.get(i), "shard" + (i + 1));
    }
    migration(
        "V1__items.sql",
        """
        CREATE TABLE items (id bigint PRIMARY KEY, note text NOT NULL);
        INSERT INTO items SELECT n, 'note ' || n FROM generate_series(1, 3) AS n;
        """);
  }

  /** Lists one more veneer. */
  void veneer(String server, TestServer where) throws IOException {
    place(server, where);
    veneers.add(server);
    write();
  }

  /** Several on one PostgreSQL server are databases of it. */
  private void place(String server, TestServer where) {
    boolean shared = places.values().stream().anyMatch(p -> p.server.equals(where));
    places.put(server, new Place(where, shared ? database() + "_" + server : database()));
  }

  /** Has another server follow a shard. */
  void replica(String shard, String replica, TestServer where, String more) throws IOException {
    Place place = new Place(where, database() + "_" + replica);
    copies.put(replica, place);
    keys(
        shard,
        "replicas: { %s: { port: %d, database: %s%s, password: \"${PPP_TEST_PASSWORD}\" } }"
            .formatted(replica, place.port, place.database, more));
  }

  void withoutReplica(String shard) throws IOException {
    place(shard).keys = "";
    write();
  }

  /** How soon a replica tries again what failed, from now on; 5 s by default. */
  void retries(String replica, String interval) throws SQLException {
    try (Client superuser = superuser(replica, "postgres")) {
      superuser.execute("ALTER SYSTEM SET wal_retrieve_retry_interval = '" + interval + "'");
      superuser.execute("SELECT pg_reload_conf()");
    }
  }

  Place place(String server) {
    return copies.containsKey(server) ? require(copies, server) : require(places, server);
  }

  private static <T> T require(Map<String, T> map, String key) {
    T value = map.get(key);
    if (value == null) {
      throw new IllegalArgumentException(key);
    }
    return value;
  }

  /** How the veneer reaches a shard. */
  void address(String shard, String hostAndPort) throws IOException {
    place(shard).address = ", address: '" + hostAndPort + "'";
    write();
  }

  /** Other keys of a server, as they stand in its braces. */
  void keys(String server, String keys) throws IOException {
    place(server).keys = ", " + keys;
    write();
  }

  void name(String topology) throws IOException {
    name = topology;
    write();
  }

  /** Puts a tenant on a shard, in the file only. */
  void tenant(String tenant, String shard) throws IOException {
    tenants.put(tenant, shard);
    schemas.putIfAbsent(tenant, tenant + "_" + number);
    write();
  }

  void forget(String tenant) throws IOException {
    tenants.remove(tenant);
    write();
  }

  void forgetShard(String shard) throws IOException {
    places.remove(shard);
    write();
  }

  void schema(String tenant, String schema) throws IOException {
    schemas.put(tenant, schema);
    write();
  }

  /** Other keys of a tenant, as they stand in its braces. */
  void limits(String tenant, String keys) throws IOException {
    limits.put(tenant, keys);
    write();
  }

  void migration(String file, String sql) throws IOException {
    Path migrationsFolder = Files.createDirectories(folder.resolve("migrations"));
    Files.writeString(migrationsFolder.resolve(file), sql);
    write();
  }

  void withoutMigrations() throws IOException {
    migrations = "none";
    write();
  }

  /** Adds a line to the top level of shards.yaml. */
  void line(String more) throws IOException {
    lines.add(more);
    write();
  }

  void withoutLine(String line) throws IOException {
    lines.remove(line);
    write();
  }

  /** Whether a role of its own may read all tenants at once. */
  void everyone(boolean wanted) throws IOException {
    everyone = wanted;
    write();
  }

  String readerRole() {
    return database() + "_reader";
  }

  String name() {
    return name;
  }

  /** Ends the names of this scene's schemas. */
  int number() {
    return number;
  }

  Path folder() {
    return folder;
  }

  String database() {
    return "sc_" + number;
  }

  String schema(String tenant) {
    return require(schemas, tenant);
  }

  String role(String tenant) {
    return schema(tenant) + "_app";
  }

  String appRole() {
    return database() + "_app";
  }

  String adminRole() {
    return database() + "_admin";
  }

  String mirrorRole() {
    return database() + "_mirror";
  }

  /** Somebody who may change what the veneer shows: a superuser, as its owner. */
  Client mirrorOwner() throws SQLException {
    Client client = superuser("veneer");
    client.execute("SET ppp.ddl = on; SET ROLE " + mirrorRole());
    return client;
  }

  /** Writes shards.yaml as this scene is now. */
  void write() throws IOException {
    StringBuilder text = new StringBuilder();
    text.append("name: ").append(name).append("\nruntime: external\n");
    text.append("database: ").append(database()).append('\n');
    text.append("migrations: ").append(migrations).append('\n');
    lines.forEach(line -> text.append(line).append('\n'));
    text.append(everyone ? "everyone: true\n" : "");
    text.append(veneers.size() == 1 ? "" : "veneers:\n");
    veneers.forEach(
        veneer ->
            server(
                veneers.size() == 1 ? veneer + ": " : "  " + veneer + ": ", place(veneer), text));
    text.append("shards:\n");
    places.forEach(
        (server, place) -> {
          if (!veneers.contains(server)) {
            server("  " + server + ": ", place, text);
          }
        });
    text.append("tenants:\n");
    tenants.forEach(
        (tenant, shard) ->
            text.append(
                "  %s: { shard: %s, schema: '%s'%s }\n"
                    .formatted(
                        tenant,
                        shard,
                        schema(tenant).replace("'", "''"),
                        limits.containsKey(tenant) ? ", " + limits.get(tenant) : "")));
    Files.writeString(folder.resolve("shards.yaml"), text);
  }

  private static void server(String key, Place place, StringBuilder text) {
    text.append(key)
        .append("{ port: ")
        .append(place.port)
        .append(", database: ")
        .append(place.database)
        .append(place.address)
        .append(place.keys)
        .append(", password: \"${PPP_TEST_PASSWORD}\" }\n");
  }

  /** Runs a command in this process. */
  InProcess.Result ppp(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--config");
    all.add(folder.resolve("shards.yaml").toString());
    return InProcess.run(all.toArray(new String[0]));
  }

  /** The same, and it must succeed; returns what it printed. */
  String run(String... arguments) {
    InProcess.Result result = ppp(arguments);
    assertThat(result.status()).as("%s%s", result.out(), result.err()).isZero();
    return result.out();
  }

  /** Runs {@code bin/ppp} as a process of its own. */
  Running start(String... arguments) throws IOException {
    return start(Map.of(), arguments);
  }

  /**
   * @param environment what it has more, or otherwise, than this process
   */
  Running start(Map<String, String> environment, String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--config");
    all.add(folder.resolve("shards.yaml").toString());
    return Running.ppp(folder, environment, Optional.empty(), all);
  }

  /** The law of every run: after it, there is nothing to do. */
  void isInStep() {
    assertThat(run("plan")).isEqualTo(NOTHING_TO_DO);
  }

  /** As the owner of a tenant's schema, on its shard. */
  void onShard(String tenant, String sql) throws SQLException {
    try (Client owner = as(require(tenants, tenant), adminRole())) {
      owner.execute("SET search_path = \"" + schema(tenant) + "\"");
      owner.execute(sql);
    }
  }

  Client superuser(String server) throws SQLException {
    return superuser(server, place(server).database);
  }

  Client superuser(String server, String inDatabase) throws SQLException {
    TestServer where = place(server).server;
    return new Client(where.port(), inDatabase, "postgres", where.password().reveal());
  }

  /** As a role that ppp made. */
  Client as(String server, String role) throws SQLException {
    return new Client(place(server).server.port(), place(server).database, role, password(role));
  }

  String password(String role) {
    return SecretStore.open(folder.resolve(".ppp"), name)
        .find(SecretName.ofRole(role))
        .orElseThrow()
        .reveal();
  }

  /** Reads every tenant's rows through each veneer: as the role for all, and as its own role. */
  void showsEveryTenant(int rowsEach) throws SQLException {
    for (String veneer : veneers) {
      try (Client app = as(veneer, appRole())) {
        for (String tenant : tenants.keySet()) {
          assertThat(app.value("SELECT count(*) FROM " + table(tenant, "items")))
              .as("%s on %s", tenant, veneer)
              .isEqualTo(Integer.toString(rowsEach));
        }
      }
      for (String tenant : tenants.keySet()) {
        try (Client own = as(veneer, role(tenant))) {
          assertThat(own.value("SELECT count(*) FROM items"))
              .as("%s on %s", tenant, veneer)
              .isEqualTo(Integer.toString(rowsEach));
        }
      }
    }
  }

  /** After a teardown of all: no role of ppp's is left on any server. */
  void leftNoRoles() throws SQLException {
    List<String> roles = new ArrayList<>(List.of(adminRole(), mirrorRole(), appRole()));
    tenants.keySet().forEach(tenant -> roles.add(role(tenant)));
    for (String server : places.keySet()) {
      try (Client superuser = superuser(server, "postgres")) {
        assertThat(
                superuser.rows(
                    "SELECT rolname FROM pg_roles WHERE rolname IN ('"
                        + String.join("', '", roles)
                        + "') ORDER BY 1"))
            .as(server)
            .isEmpty();
      }
    }
  }

  String table(String tenant, String table) {
    return "\"" + schema(tenant).replace("\"", "\"\"") + "\"." + table;
  }

  /** Tells of every change of catalogs and ledgers since the last time, on all servers. */
  String state() throws SQLException {
    StringBuilder state = new StringBuilder();
    for (String server : places.keySet()) {
      try (Client superuser = superuser(server)) {
        for (String catalog : CATALOGS) {
          state
              .append(server)
              .append(' ')
              .append(catalog)
              .append(' ')
              .append(
                  superuser.value(
                      "SELECT count(*) || ' ' || coalesce(max(xmin::text::bigint), 0) FROM "
                          + catalog))
              .append('\n');
        }
      }
    }
    return state.toString();
  }

  private static final List<String> CATALOGS =
      List.of(
          "pg_authid",
          "pg_auth_members",
          "pg_database",
          "pg_db_role_setting",
          "pg_namespace",
          "pg_attribute",
          "pg_default_acl",
          "pg_foreign_server",
          "pg_foreign_table",
          "pg_user_mapping",
          "pg_proc",
          "ppp.stamp",
          "ppp.object",
          "ppp.tenant",
          "ppp.run");
}
