package org.partitionproxy.topology;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.partitionproxy.sql.Identifier;

/**
 * shards.yaml as far as it could be read, to be checked as a whole.
 *
 * @param runtime empty if what is written there is none
 * @param shardsComplete whether every declared shard was seen
 */
record TopologyDraft(
    Optional<String> name,
    Optional<RuntimeChoice> runtime,
    Optional<Placed<Identifier>> database,
    Optional<Path> migrations,
    Optional<Path> postgresHome,
    IdChoice ids,
    List<ServerDraft> veneers,
    List<ServerDraft> shards,
    boolean shardsComplete,
    List<TenantDraft> tenants,
    boolean everyone,
    Optional<Placed<JoinChoice>> crossTenantJoins,
    Optional<InspectionLevel> inspection,
    Optional<Long> logBytes,
    List<PartitionsDraft> partitions) {

  /** The veneers, then the shards, then their replicas. */
  List<ServerDraft> servers() {
    List<ServerDraft> servers = new ArrayList<>(veneers);
    servers.addAll(shards);
    shards.forEach(shard -> shard.replicas().forEach(replica -> servers.add(replica.server())));
    return servers;
  }

  /** Whether ppp starts these servers; not if that cannot be told. */
  boolean isStartedByPpp() {
    return runtime.isPresent() && runtime.get() != RuntimeChoice.EXTERNAL;
  }

  /** To be called only when nothing was reported. */
  Topology toTopology(Path file) {
    return new Topology(
        file,
        name.orElseThrow(),
        runtime.orElseThrow(),
        database.orElseThrow().value(),
        migrations,
        postgresHome,
        ids,
        veneers.stream().map(ServerDraft::toDefinition).toList(),
        shards.stream().map(ServerDraft::toDefinition).toList(),
        shards.stream().flatMap(TopologyDraft::replicas).toList(),
        tenants.stream().map(TenantDraft::toTenant).toList(),
        everyone,
        Placed.valueOf(crossTenantJoins).orElse(JoinChoice.ALLOWED),
        inspection,
        logBytes.orElse(Topology.DEFAULT_LOG_BYTES),
        partitions.stream().map(PartitionsDraft::toRules).toList());
  }

  private static Stream<ReplicaDefinition> replicas(ServerDraft shard) {
    ServerName name = new ServerName(shard.name().value());
    return shard.replicas().stream().map(replica -> replica.toDefinition(name));
  }
}
