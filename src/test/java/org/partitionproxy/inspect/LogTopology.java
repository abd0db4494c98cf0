package org.partitionproxy.inspect;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.sql.SqlResource;
import org.partitionproxy.testing.TestServer;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantName;

/** A shard with two tenants, {@code initech} and {@code globex}, each with a table and a role. */
public final class LogTopology {

  private static final Secret PASSWORD = Secret.of("of-a-tenant");

  private final ServerDefinition shard;
  private final Tenant initech;
  private final Tenant globex;

  private LogTopology(ServerDefinition shard) {
    this.shard = shard;
    // Roles are of the whole server, which other tests use too: the database's name is unique.
    this.initech = tenant("initech");
    this.globex = tenant("globex");
  }

  public static LogTopology on(TestServer server) {
    LogTopology topology = new LogTopology(server.freshDatabase("shard3"));
    try (Session session = topology.admin("ppp test")) {
      session.execute(List.of(Sql.of("CREATE SCHEMA ppp"), functions()));
      topology.create(session, topology.initech);
      topology.create(session, topology.globex);
    }
    return topology;
  }

  static Sql functions() {
    return Sql.resource(SqlResource.load("/org/partitionproxy/inspect/log_functions.sql"));
  }

  private Tenant tenant(String name) {
    return new Tenant(
        new TenantName(name), Identifier.of(name + "_" + shard.database().value()), shard.name());
  }

  private void create(Session session, Tenant tenant) {
    session.execute(
        List.of(
            Sql.of(
                "CREATE ROLE {} LOGIN PASSWORD {}",
                tenant.role(),
                Literal.hidden(PASSWORD.reveal())),
            Sql.of("CREATE SCHEMA {} AUTHORIZATION {}", tenant.schema(), tenant.role()),
            Sql.of("CREATE TABLE {}.books (id int PRIMARY KEY, title text)", tenant.schema()),
            Sql.of("ALTER TABLE {}.books OWNER TO {}", tenant.schema(), tenant.role())));
  }

  public ServerDefinition shard() {
    return shard;
  }

  public Tenant initech() {
    return initech;
  }

  public Tenant globex() {
    return globex;
  }

  /** As the superuser. */
  public Session admin(String applicationName) {
    return new Connector(name -> Optional.empty(), applicationName).superuser(shard);
  }

  /** As a tenant's role, as an application would. */
  public Session as(Tenant tenant) {
    return new Connector(name -> Optional.of(PASSWORD), "shop").as(shard, tenant.role());
  }

  LogQuery query(Optional<Tenant> tenant, int limit) {
    return new LogQuery(shard, tenant, false, Optional.empty(), Optional.empty(), limit);
  }

  /** The same server and another database. */
  ServerDefinition with(String database) {
    return new ServerDefinition(
        shard.name(),
        shard.host(),
        shard.port(),
        shard.address(),
        Identifier.of(database),
        shard.user(),
        shard.password(),
        shard.sslMode(),
        shard.sslRootCert(),
        new TreeMap<>(),
        new TreeMap<>());
  }
}
