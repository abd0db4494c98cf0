package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.Removals;
import org.partitionproxy.replica.Replication;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/**
 * When the roles of a teardown go: with the last thing on their PostgreSQL server that needs them.
 */
final class TeardownRoles {

  private final TeardownScene scene;

  TeardownRoles(TeardownScene scene) {
    this.scene = scene;
  }

  /**
   * Goes with the last foreign table of its PostgreSQL server's veneers, whatever stays on the
   * shards: of several veneers there, the first is torn down last.
   */
  Optional<Change> mirrorOwner(ServerSnapshot veneer) {
    List<ServerSnapshot> veneers =
        scene.cluster(veneer).stream().filter(s -> s.server().isVeneer()).toList();
    return scene.madeRole(veneer, scene.topology().mirrorRole())
            && veneers.get(0).equals(veneer)
            && veneers.stream().noneMatch(scene::keepsAny)
        ? Optional.of(Removals.owner(scene.topology().mirrorRole()))
        : Optional.empty();
  }

  /**
   * The tenant's own role goes with the last thing on its PostgreSQL server that needs it: the copy
   * on a replica, the data on its shard, or the mirror where the veneer is a server of its own.
   */
  Optional<Change> ofTenant(ServerSnapshot snapshot, Tenant tenant) {
    Identifier role = tenant.role();
    List<ServerSnapshot> cluster = scene.cluster(snapshot);
    boolean kept = cluster.stream().anyMatch(s -> scene.keeps(s, tenant));
    if (kept || !scene.madeRole(snapshot, role)) {
      return Optional.empty();
    }
    Optional<Identifier> schema = Optional.of(tenant.schema());
    List<ServerSnapshot> users = cluster.stream().filter(s -> scene.has(s, tenant)).toList();
    boolean isLast = snapshot.equals(users.get(users.size() - 1));
    return Optional.of(
        isLast
            ? Removals.role(role, databases(cluster), schema)
            : Removals.access(role, snapshot.server().database(), schema));
  }

  /** They go last on their PostgreSQL server, with its first database. */
  List<Change> ofAllTenants(ServerSnapshot snapshot) {
    List<Change> changes = new ArrayList<>();
    Topology topology = scene.topology();
    Identifier database = snapshot.server().database();
    boolean keeps = scene.keepsAny(snapshot);
    List<ServerSnapshot> cluster = scene.cluster(snapshot);
    boolean last = cluster.get(0).equals(snapshot) && isFree(cluster);
    for (Identifier role :
        List.of(
            topology.appRole(),
            topology.readerRole(),
            Replication.role(topology),
            topology.adminRole())) {
      if (scene.madeRole(snapshot, role) && !keeps) {
        Change gone =
            last
                ? Removals.role(role, List.of(database), Optional.empty())
                : Removals.access(role, database, Optional.empty());
        boolean catalogReader = snapshot.publicRights().catalogReaders().contains(role);
        changes.add(catalogReader ? Removals.withForeignCatalogs(gone, role) : gone);
      }
    }
    return changes;
  }

  /** Whether nothing stays on a PostgreSQL server that the roles of all tenants own or use. */
  private boolean isFree(List<ServerSnapshot> cluster) {
    return cluster.stream()
        .allMatch(s -> (s.server().isVeneer() || scene.request().dropData()) && !scene.keepsAny(s));
  }

  private static List<Identifier> databases(List<ServerSnapshot> cluster) {
    return cluster.stream().map(ServerSnapshot::server).map(ServerDefinition::database).toList();
  }
}
