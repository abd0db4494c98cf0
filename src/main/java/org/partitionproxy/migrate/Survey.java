package org.partitionproxy.migrate;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;

/**
 * What one shard says about its tenants, or why it says nothing.
 *
 * @param statuses empty if it could not be reached
 */
record Survey(
    ServerDefinition server,
    Map<Tenant, Optional<MigrationStatus>> statuses,
    Optional<UnreachableShard> unreachable) {

  static Survey of(
      Connector connector, ServerDefinition server, List<Tenant> tenants, MigrationFolder folder) {
    try (Session session = connector.superuser(server)) {
      return new Survey(server, PendingMigrations.read(session, folder, tenants), Optional.empty());
    } catch (SqlFailure e) {
      return new Survey(
          server,
          Map.of(),
          Optional.of(new UnreachableShard(server.name(), tenants, e.diagnostics().get(0))));
    }
  }
}
