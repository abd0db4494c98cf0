package org.partitionproxy.provision;

import java.util.Optional;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/**
 * The role whose password has a name.
 *
 * @param only the server that this password is for; empty for a role that has the same on all
 */
record PasswordOwner(SecretName name, Identifier role, Optional<ServerDefinition> only) {

  static PasswordOwner of(Topology topology, SecretName name) {
    return topology.servers().stream()
        .filter(server -> server.superuserSecret().equals(name))
        .findFirst()
        .map(server -> new PasswordOwner(name, server.user(), Optional.of(server)))
        .orElseGet(() -> new PasswordOwner(name, Identifier.of(name.value()), Optional.empty()));
  }

  /** Whether this password is one for that server. */
  boolean isFor(ServerDefinition server) {
    return only.map(one -> Clusters.same(one, server)).orElse(true);
  }
}
