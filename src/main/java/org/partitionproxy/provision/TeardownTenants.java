package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.ledger.Placement;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.topology.Topology;

/**
 * The tenants that a teardown is about.
 *
 * @param chosen what is on any server that answers may go
 * @param waiting their data is to be dropped and their shard does not answer: they are left as they
 *     are, so that the next teardown still knows of them
 */
record TeardownTenants(List<Tenant> chosen, List<Tenant> waiting) {

  /**
   * @throws PppException if a named tenant is known neither to shards.yaml nor to any ledger
   */
  static TeardownTenants of(Topology topology, Survey survey, TeardownRequest request) {
    Map<String, Tenant> known = known(topology, survey);
    List<Tenant> chosen = new ArrayList<>();
    List<Tenant> waiting = new ArrayList<>();
    for (String name : request.all() ? known.keySet() : new TreeSet<>(request.tenants())) {
      Tenant tenant = known.get(name);
      if (tenant == null) {
        throw unknown(topology, name, known);
      }
      boolean reachable = !survey.unreachable().containsKey(tenant.shard());
      (reachable || !request.dropData() ? chosen : waiting).add(tenant);
    }
    return new TeardownTenants(chosen, waiting);
  }

  /**
   * The veneer's ledger is right about where a tenant lives; the shards' know the ones that are
   * left over after their part of the veneer was taken down.
   */
  private static Map<String, Tenant> known(Topology topology, Survey survey) {
    Map<String, Tenant> known = new LinkedHashMap<>();
    for (ServerSnapshot snapshot : survey.snapshots().values()) {
      snapshot.placements().values().forEach(p -> known.putIfAbsent(p.tenant(), tenant(p)));
    }
    topology.tenants().forEach(t -> known.putIfAbsent(t.name().value(), t));
    return known;
  }

  private static Tenant tenant(Placement placement) {
    return new Tenant(
        new TenantName(placement.tenant()), placement.schema(), new ServerName(placement.shard()));
  }

  private static PppException unknown(Topology topology, String name, Map<String, Tenant> known) {
    return new PppException(
        Diagnostic.error(
            Code.UNKNOWN_TARGET,
            "there is no tenant \"" + name + "\"",
            "Neither "
                + topology.file()
                + " nor a ledger knows it. Known are "
                + String.join(", ", known.keySet())
                + "."));
  }
}
