package org.partitionproxy.provision;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.SessionZone;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** Whose sessions on a server begin with another TimeZone than a policy's. */
final class ZoneCheck {

  private final ServerDefinition server;
  private final List<SessionZone> zones;
  private final Set<Identifier> tenantRoles;

  ZoneCheck(Topology topology, ServerDefinition server, List<SessionZone> zones) {
    this.server = server;
    this.zones = zones;
    this.tenantRoles =
        topology.tenants().stream().map(Tenant::role).collect(Collectors.toUnmodifiableSet());
  }

  /** Each as it is to be told; other tenants' roles have no business with this tenant's tables. */
  List<String> strangers(Tenant tenant, String zone) {
    boolean overruled =
        zones.stream().anyMatch(z -> z.database().isPresent() && z.role().isEmpty());
    List<String> strangers = new ArrayList<>();
    for (SessionZone one : zones) {
      boolean concerned =
          one.role().map(r -> r.equals(tenant.role()) || !tenantRoles.contains(r)).orElse(true);
      if (concerned && !(one.isServers() && overruled) && !same(one.zone(), zone)) {
        strangers.add(who(one) + " has TimeZone " + one.zone());
      }
    }
    return strangers;
  }

  private String who(SessionZone one) {
    String database = one.database().map(d -> "database \"" + d + "\" of ").orElse("");
    String role = one.role().map(r -> "role \"" + r + "\" in ").orElse("");
    return role + database + server.title();
  }

  /** By what they mean, for there are many names of UTC. */
  private static boolean same(String a, String b) {
    Optional<ZoneId> one = find(a);
    return a.equalsIgnoreCase(b)
        || (one.isPresent() && one.map(ZoneId::getRules).equals(find(b).map(ZoneId::getRules)));
  }

  private static Optional<ZoneId> find(String name) {
    try {
      // PostgreSQL reads an offset with the other sign, so only names are compared.
      return ZoneId.getAvailableZoneIds().contains(name)
          ? Optional.of(ZoneId.of(name))
          : Optional.empty();
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
