package org.partitionproxy.migrate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.testing.TestServer;
import org.partitionproxy.topology.RuntimeChoice;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.topology.TenantSelection;
import org.partitionproxy.topology.Topology;

/** A topology on real databases, as `ppp initialize` leaves it, with migrations of the test. */
final class Shop {

  static final LockRetry IMPATIENT =
      new LockRetry(Duration.ofMillis(100), 100, Duration.ofMillis(20), Duration.ofMillis(50));

  static final Secret PASSWORD = Secret.of("of the owner");

  private final Path home;
  private final Connector connector = new Connector(name -> Optional.of(PASSWORD), "ppp migrate");
  private final List<ServerDefinition> shards = new ArrayList<>();
  private final List<Tenant> tenants = new ArrayList<>();

  Shop(Path home, String... shardNames) {
    this.home = home;
    for (String name : shardNames) {
      shards.add(TestServer.shared("beside-c").freshDatabase(name));
    }
    try (Session session = connector.superuser(shards.get(0))) {
      session.execute(
          Sql.of("CREATE ROLE {} LOGIN PASSWORD {}", owner(), Literal.hidden(PASSWORD.reveal())));
    }
    try {
      Files.createDirectories(home.resolve("migrations"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Identifier owner() {
    return topology().adminRole();
  }

  Connector connector() {
    return connector;
  }

  void addShard(ServerDefinition shard) {
    shards.add(shard);
  }

  /** A tenant whose schema is there and empty. */
  Tenant tenant(String name, String shard) {
    Tenant tenant = tenantWithoutSchema(name, shard);
    try (Session session = superuser(shard)) {
      session.execute(
          List.of(
              Sql.of("CREATE SCHEMA {} AUTHORIZATION {}", tenant.schema(), owner()),
              Sql.of("CREATE ROLE {} NOLOGIN", tenant.role()),
              Sql.of("GRANT USAGE ON SCHEMA {} TO {}", tenant.schema(), tenant.role()),
              Sql.of(
                  """
                  ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA {}
                  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}""",
                  owner(),
                  tenant.schema(),
                  tenant.role())));
    }
    return tenant;
  }

  Tenant tenantWithoutSchema(String name, String shard) {
    // Roles are the server's, and so their names must be this test's.
    Identifier schema = Identifier.of(shards.get(0).database() + "_" + name.replace('-', '_'));
    Tenant tenant = new Tenant(new TenantName(name), schema, new ServerName(shard));
    tenants.add(tenant);
    return tenant;
  }

  Session superuser(String shard) {
    return connector.superuser(topology().findServer(shard).orElseThrow());
  }

  Shop script(String name, String text) {
    try {
      Files.writeString(home.resolve("migrations").resolve(name), text);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Topology topology() {
    return new Topology(
        home.resolve("shards.yaml"),
        "shop",
        RuntimeChoice.EXTERNAL,
        shards.get(0).database(),
        Optional.of(Path.of("migrations")),
        Optional.empty(),
        ServerDefinition.local(ServerName.VENEER, 1, shards.get(0).database()),
        shards,
        tenants);
  }

  MigrationResult migrate() {
    return migrate(request(2), MigrationListener.SILENT);
  }

  MigrationResult migrate(MigrationRequest request, MigrationListener listener) {
    return new Migrator(topology(), connector, IMPATIENT).migrate(request, listener);
  }

  static MigrationRequest request(int jobs) {
    return new MigrationRequest(TenantSelection.ALL, Optional.empty(), jobs);
  }

  /** The names of the tables in a tenant's schema, but for its history. */
  List<String> tables(Tenant tenant) {
    try (Session session = superuser(tenant.shard().value())) {
      return session.query(
          """
          SELECT tablename FROM pg_catalog.pg_tables
          WHERE schemaname = ? AND tablename <> 'flyway_schema_history'
          ORDER BY tablename""",
          row -> row.string("tablename"),
          tenant.schema().value());
    }
  }

  /** Backends in this shop's first shard that run a statement with this text. */
  List<Integer> running(String text) {
    try (Session session = superuser(shards.get(0).name().value())) {
      return session.query(
          """
          SELECT pid FROM pg_catalog.pg_stat_activity
          WHERE datname = pg_catalog.current_database() AND state = 'active'
            AND pg_catalog.strpos(query, ?) > 0 AND pid <> pg_catalog.pg_backend_pid()
          ORDER BY pid""",
          row -> row.integer("pid"),
          text);
    }
  }
}
