package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.ledger.Placement;
import org.partitionproxy.migrate.MigrationStatus;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;

/**
 * All servers of a topology as they were at one moment.
 *
 * @param snapshots of those that answered and are ours
 * @param fingerprints of the tenants' schemas, by server
 * @param migrations of the tenants whose schema exists on its shard
 * @param unreachable those that did not answer, with the reason
 * @param refusals why nothing may be done
 */
record Survey(
    Map<ServerName, ServerSnapshot> snapshots,
    Map<ServerName, SortedMap<Identifier, String>> fingerprints,
    Map<Tenant, MigrationStatus> migrations,
    Map<ServerName, Diagnostic> unreachable,
    List<Diagnostic> refusals) {

  Survey {
    refusals = List.copyOf(refusals);
  }

  Optional<ServerSnapshot> find(ServerDefinition server) {
    return Optional.ofNullable(snapshots.get(server.name()));
  }

  /** Whether ppp could look at a server, and has been there before. */
  boolean isStamped(ServerName server) {
    ServerSnapshot snapshot = snapshots.get(server);
    return snapshot != null && snapshot.stamp().isPresent();
  }

  /** Of a schema on a server; empty text for a schema without tables. */
  String fingerprint(ServerName server, Identifier schema) {
    SortedMap<Identifier, String> ofServer = fingerprints.get(server);
    return ofServer == null ? "" : ofServer.getOrDefault(schema, "");
  }

  /** Whether a schema was seen to have no tables, views or types. */
  boolean isEmpty(ServerName server, Identifier schema) {
    return fingerprints.getOrDefault(server, new TreeMap<>()).getOrDefault(schema, "?").isEmpty();
  }

  boolean hasSchema(ServerName server, Identifier schema) {
    ServerSnapshot snapshot = snapshots.get(server);
    SortedMap<Identifier, String> ofServer = fingerprints.get(server);
    return (snapshot != null && snapshot.state().schemas().containsKey(schema))
        || (ofServer != null && ofServer.containsKey(schema));
  }

  /** The veneers that answered, in the file's order. */
  List<ServerSnapshot> veneers() {
    return snapshots.values().stream().filter(s -> s.server().isVeneer()).toList();
  }

  /** Whether a veneer shows something of a schema that ppp made, and that people may be using. */
  boolean hasMirror(ServerName veneer, Identifier schema) {
    ServerSnapshot snapshot = snapshots.get(veneer);
    Placement placement = snapshot == null ? null : snapshot.placements().get(schema);
    return placement != null && !placement.mirror().isEmpty();
  }

  /** Whether its next migration would change the tenant's tables. */
  boolean isBehind(Tenant tenant) {
    MigrationStatus status = migrations.get(tenant);
    return status != null && !status.pending().isEmpty();
  }

  /** With other fingerprints of some schemas, by server. */
  Survey withFingerprints(Map<ServerName, SortedMap<Identifier, String>> others) {
    Map<ServerName, SortedMap<Identifier, String>> all = new HashMap<>(fingerprints);
    others.forEach(
        (server, some) ->
            all.merge(
                server,
                some,
                (known, now) -> {
                  TreeMap<Identifier, String> both = new TreeMap<>(known);
                  both.putAll(now);
                  return both;
                }));
    return new Survey(snapshots, all, migrations, unreachable, refusals);
  }

  /** As if only servers had been looked at, and what is in their schemas changed meanwhile. */
  Survey withoutFingerprints(Collection<ServerName> servers) {
    Map<ServerName, SortedMap<Identifier, String>> others = new HashMap<>(fingerprints);
    others.keySet().removeAll(servers);
    return new Survey(snapshots, others, migrations, unreachable, refusals);
  }

  /** As if these servers had not been looked at. */
  Survey without(Collection<ServerName> servers) {
    Map<ServerName, ServerSnapshot> others = new LinkedHashMap<>(snapshots);
    others.keySet().removeAll(servers);
    return new Survey(others, fingerprints, migrations, unreachable, refusals);
  }

  Survey withRefusals(List<Diagnostic> more) {
    List<Diagnostic> all = new ArrayList<>(refusals);
    all.addAll(more);
    return new Survey(snapshots, fingerprints, migrations, unreachable, all);
  }

  List<Diagnostic> unreachableServers() {
    return Collections.unmodifiableList(new ArrayList<>(unreachable.values()));
  }
}
