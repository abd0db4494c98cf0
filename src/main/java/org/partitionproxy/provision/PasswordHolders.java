package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.partitionproxy.catalog.PasswordUseReader;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/**
 * The servers that have some roles, as they were at one moment.
 *
 * @param databases the servers whose database exists
 * @param roles which of the roles each server has
 * @param unreachable those that did not answer
 */
record PasswordHolders(
    Topology topology,
    SortedSet<ServerName> databases,
    Map<ServerName, SortedSet<Identifier>> roles,
    Map<ServerName, Diagnostic> unreachable) {

  /**
   * @throws PppException if one of the servers is another topology's
   */
  static PasswordHolders find(Parts parts, Collection<Identifier> roles) {
    PasswordHolders holders =
        new PasswordHolders(
            parts.topology(),
            Collections.synchronizedSortedSet(new TreeSet<>()),
            new ConcurrentHashMap<>(),
            new ConcurrentHashMap<>());
    parts
        .workers()
        .forEach(parts.topology().servers(), server -> holders.look(parts, server, roles));
    return holders;
  }

  private void look(Parts parts, ServerDefinition server, Collection<Identifier> wanted) {
    PasswordUseReader reader = new PasswordUseReader();
    try {
      if (parts.surveyor().snapshot(server).state().database().isPresent()) {
        databases.add(server.name());
      }
      roles.put(
          server.name(),
          parts.sessions().withMaintenance(server, session -> reader.roles(session, wanted)));
    } catch (PppException e) {
      if (e.exitCode() != ExitCode.UNREACHABLE) {
        throw e;
      }
      unreachable.put(server.name(), e.diagnostics().get(0));
    }
  }

  boolean has(ServerDefinition server, PasswordOwner owner) {
    return owner.isFor(server)
        && roles.getOrDefault(server.name(), new TreeSet<>()).contains(owner.role());
  }

  boolean isAnywhere(PasswordOwner owner) {
    return topology.servers().stream().anyMatch(server -> has(server, owner));
  }

  boolean hasDatabase(ServerDefinition server) {
    return databases.contains(server.name());
  }

  /** Why the servers that must or may have one of these roles can't all be asked. */
  List<Diagnostic> missing(Collection<PasswordOwner> owners) {
    List<Diagnostic> missing = new ArrayList<>();
    for (ServerDefinition server : topology.servers()) {
      Diagnostic reason = unreachable.get(server.name());
      if (reason != null && owners.stream().anyMatch(owner -> mayBeOn(owner, server))) {
        missing.add(reason);
      }
    }
    return missing;
  }

  /** A tenant's role is where its schema is; any other role may be everywhere. */
  private boolean mayBeOn(PasswordOwner owner, ServerDefinition server) {
    if (owner.only().isPresent()) {
      return owner.isFor(server);
    }
    return topology.tenants().stream()
        .filter(tenant -> tenant.role().equals(owner.role()))
        .findFirst()
        .map((Tenant tenant) -> isWhere(tenant, server))
        .orElse(true);
  }

  private boolean isWhere(Tenant tenant, ServerDefinition server) {
    return topology.servers().stream()
        .filter(other -> Clusters.same(other, server))
        .anyMatch(other -> topology.has(other, tenant));
  }
}
