package org.partitionproxy.provision;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** What is known before the changes of a server are planned. */
record TeardownScene(
    Topology topology,
    TeardownRequest request,
    TeardownTenants tenants,
    Map<ServerName, ServerSnapshot> snapshots,
    Map<ServerName, Remains> remains,
    List<String> notes) {

  Remains remains(ServerSnapshot snapshot) {
    return Objects.requireNonNull(remains.get(snapshot.server().name()));
  }

  /** The databases of one PostgreSQL server that ppp has been in. */
  List<ServerSnapshot> cluster(ServerSnapshot of) {
    return snapshots.values().stream().filter(s -> Clusters.same(s.server(), of.server())).toList();
  }

  boolean madeRole(ServerSnapshot snapshot, Identifier role) {
    return cluster(snapshot).stream().anyMatch(s -> remains(s).has(ObjectKind.ROLE, role));
  }

  boolean has(ServerSnapshot snapshot, Tenant tenant) {
    return topology.has(snapshot.server(), tenant);
  }

  boolean keepsAny(ServerSnapshot snapshot) {
    return tenants.chosen().stream().anyMatch(tenant -> keeps(snapshot, tenant));
  }

  /** Whether a schema of this name is there that ppp did not make, and so leaves as it is. */
  boolean keeps(ServerSnapshot snapshot, Tenant tenant) {
    boolean there =
        snapshot.state().schemas().containsKey(tenant.schema())
            || snapshot.placements().containsKey(tenant.schema());
    return there
        && has(snapshot, tenant)
        && !remains(snapshot).has(ObjectKind.SCHEMA, tenant.schema());
  }

  /** Says that it is left. */
  void noteKept(ServerSnapshot snapshot, Tenant tenant) {
    notes()
        .add(
            "schema \""
                + tenant.schema()
                + "\" on "
                + snapshot.server().name()
                + " was not made by ppp and is left alone, with the roles that it needs");
  }
}
