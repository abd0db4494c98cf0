package org.partitionproxy.shell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
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
import org.partitionproxy.topology.Topology;

/** A shard with one tenant, {@code acme}, whose role has a password, and a veneer with nothing. */
record Bookstore(Topology topology, Secret password) {

  static final String TENANT = "acme";

  /** What no process's command line and no file may hold; a colon and a backslash need care. */
  private static final String PASSWORD = "s3cret:of\\the tenant ";

  static Bookstore create(Path folder) {
    ServerDefinition shard = TestServer.shared("beside-b").freshDatabase("shard1");
    ServerDefinition veneer = TestServer.shared("beside-b").freshDatabase("veneer");
    Topology topology = topology(folder, veneer, shard);
    Secret password = Secret.of(PASSWORD + shard.database());
    Tenant tenant = topology.tenants().get(0);
    try (Session session = new Connector(name -> Optional.empty(), "ppp test").superuser(shard)) {
      for (Identifier role : List.of(tenant.role(), topology.adminRole(), topology.appRole())) {
        session.execute(
            Sql.of("CREATE ROLE {} LOGIN PASSWORD {}", role, Literal.hidden(password.reveal())));
      }
      session.execute(
          List.of(
              Sql.of("CREATE SCHEMA {} AUTHORIZATION {}", tenant.schema(), topology.adminRole()),
              Sql.of("GRANT USAGE, CREATE ON SCHEMA {} TO {}", tenant.schema(), tenant.role())));
    }
    return new Bookstore(topology, password);
  }

  /** The one that another process created and described. */
  static Bookstore of(Properties properties) {
    int port = Integer.parseInt(properties.getProperty("port"));
    Topology topology =
        topology(
            Path.of(properties.getProperty("folder")),
            ServerDefinition.local(
                ServerName.VENEER, port, Identifier.of(properties.getProperty("veneer"))),
            ServerDefinition.local(
                new ServerName("shard1"), port, Identifier.of(properties.getProperty("database"))));
    return new Bookstore(topology, Secret.of(properties.getProperty("password")));
  }

  /** Roles belong to a whole server, which tests share: so their names come from the database. */
  private static Topology topology(Path folder, ServerDefinition veneer, ServerDefinition shard) {
    return new Topology(
        folder.resolve("shards.yaml"),
        "bookstore",
        RuntimeChoice.EXTERNAL,
        shard.database(),
        Optional.empty(),
        Optional.empty(),
        veneer,
        List.of(shard),
        List.of(
            new Tenant(
                new TenantName(TENANT),
                Identifier.of("Acme's " + shard.database()),
                new ServerName("shard1"))));
  }

  ServerDefinition shard() {
    return topology.shards().get(0);
  }

  Tenant tenant() {
    return topology.tenants().get(0);
  }

  Connector connector() {
    return new Connector(name -> Optional.of(password), "ppp psql");
  }

  Session superuser() {
    return connector().superuser(shard());
  }

  /** A command that runs {@link ShellProgram} in a process of its own. */
  List<String> command(String... arguments) {
    try {
      Path file = Files.createTempFile("ppp-shell-", ".properties");
      ShellProgram.describe(this, file);
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
      command.addAll(List.of("-cp", classPath(), ShellProgram.class.getName(), file.toString()));
      command.addAll(List.of(arguments));
      return command;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
