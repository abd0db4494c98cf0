package org.partitionproxy.topology;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.sql.Identifier;

/**
 * One server as far as it could be read: what is empty and has no default was reported.
 *
 * @param replicas of a shard
 */
record ServerDraft(
    Placed<String> name,
    Optional<Placed<String>> host,
    Optional<Placed<Integer>> port,
    Optional<HostPort> address,
    Optional<Placed<Identifier>> database,
    Optional<Placed<Identifier>> user,
    Optional<Secret> password,
    SslMode sslMode,
    Optional<Path> sslRootCert,
    SortedMap<String, String> settings,
    SortedMap<String, String> options,
    ServerPart part,
    boolean partmanteau,
    List<ReplicaDraft> replicas) {

  /** {@code shard "shard1"}, {@code veneer "east"}, {@code replica "copy"} or {@code the veneer} */
  String title() {
    return part.title(name.value());
  }

  /** To be called only when nothing was reported. */
  ServerDefinition toDefinition() {
    return new ServerDefinition(
        new ServerName(name.value()),
        host.orElseThrow().value(),
        port.orElseThrow().value(),
        address,
        database.orElseThrow().value(),
        user.orElseThrow().value(),
        password,
        sslMode,
        sslRootCert,
        settings,
        options,
        part,
        partmanteau);
  }
}
