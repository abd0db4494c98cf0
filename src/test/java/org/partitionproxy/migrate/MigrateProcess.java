package org.partitionproxy.migrate;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.partitionproxy.db.Connector;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.RuntimeChoice;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.SslMode;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.topology.Topology;

/** The migrations of one tenant in a process of their own, which can be killed. */
final class MigrateProcess {

  private MigrateProcess() {}

  /** Arguments: home, port, database, superuser's password, owner's password, schema. */
  public static void main(String[] arguments) {
    ServerName shard = new ServerName("shard1");
    Identifier database = Identifier.of(arguments[2]);
    ServerDefinition server =
        new ServerDefinition(
            shard,
            "127.0.0.1",
            Integer.parseInt(arguments[1]),
            Optional.empty(),
            database,
            Identifier.of("postgres"),
            Optional.of(Secret.of(arguments[3])),
            SslMode.PREFER,
            Optional.empty(),
            new TreeMap<>(),
            new TreeMap<>());
    Topology topology =
        new Topology(
            Path.of(arguments[0]).resolve("shards.yaml"),
            "shop",
            RuntimeChoice.EXTERNAL,
            database,
            Optional.of(Path.of("migrations")),
            Optional.empty(),
            server,
            List.of(server),
            List.of(new Tenant(new TenantName("acme"), Identifier.of(arguments[5]), shard)));
    Connector connector =
        new Connector(name -> Optional.of(Secret.of(arguments[4])), "ppp migrate");
    MigrationResult result =
        new Migrator(topology, connector).migrate(Shop.request(1), MigrationListener.SILENT);
    System.exit(result.exitCode().status());
  }
}
