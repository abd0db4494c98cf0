package org.partitionproxy.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.diagnostic.Suggestion;

/**
 * A place that a command looks into, named by TARGET: the veneer, a shard, or a tenant. They are
 * one namespace, so a name alone says which.
 *
 * @param name as the user typed it
 * @param server the server of that name; a tenant's is its shard
 * @param tenant empty for a server
 */
public record Target(String name, ServerDefinition server, Optional<Tenant> tenant) {

  /** A message lists no more tenants than this: a topology may have thousands. */
  private static final int LISTED_TENANTS = 20;

  /**
   * @throws PppException with {@link Code#UNKNOWN_TARGET}, the nearest name and the list of names
   */
  public static Target require(Topology topology, String name) {
    Optional<Target> server =
        topology
            .findServer(name)
            .or(() -> firstVeneer(topology, name))
            .map(s -> new Target(name, s, Optional.empty()));
    return server
        .or(
            () ->
                topology
                    .findTenant(name)
                    .map(t -> new Target(name, topology.shardOf(t), Optional.of(t))))
        .orElseThrow(() -> unknown(topology, name));
  }

  /** Where the veneers have names of their own, the first is called as the only one would be. */
  private static Optional<ServerDefinition> firstVeneer(Topology topology, String name) {
    return name.equals(ServerName.VENEER.value())
        ? Optional.of(topology.veneer())
        : Optional.empty();
  }

  private static PppException unknown(Topology topology, String name) {
    List<String> servers = topology.servers().stream().map(s -> s.name().value()).toList();
    List<String> tenants = topology.tenants().stream().map(t -> t.name().value()).toList();
    List<String> all = new ArrayList<>(servers);
    all.addAll(tenants);
    String suggestion =
        Suggestion.find(name, all).map(near -> "Did you mean \"" + near + "\"?\n").orElse("");
    return new PppException(
        Diagnostic.error(
            Code.UNKNOWN_TARGET,
            "\"" + name + "\" is no server and no tenant of " + topology.file(),
            suggestion
                + "Servers are "
                + String.join(", ", servers)
                + ".\nTenants are "
                + listed(tenants)
                + "."));
  }

  private static String listed(List<String> tenants) {
    if (tenants.isEmpty()) {
      return "not declared yet";
    }
    String first = tenants.stream().limit(LISTED_TENANTS).collect(Collectors.joining(", "));
    int more = tenants.size() - LISTED_TENANTS;
    return more <= 0 ? first : first + " and " + more + " more";
  }
}
