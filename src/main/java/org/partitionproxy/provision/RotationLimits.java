package org.partitionproxy.provision;

import java.util.Collection;
import java.util.Optional;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/** Passwords that are not ppp's alone, and so not its to replace. */
record RotationLimits(Topology topology) {

  void require(Collection<SecretName> names) {
    for (ServerDefinition server : topology.servers()) {
      if (names.contains(server.superuserSecret())) {
        requireOwn(server);
      }
    }
  }

  private void requireOwn(ServerDefinition server) {
    if (server.password().isPresent()) {
      throw refused(
          "the password of \"" + server.superuserSecret() + "\" comes from the environment",
          "Change it where it is kept and on the server, then set the variable that "
              + topology.file()
              + " names. Leave out --all, or name the roles to rotate.");
    }
    Optional<ServerDefinition> twin =
        topology.servers().stream()
            .filter(other -> !other.name().equals(server.name()))
            .filter(other -> Clusters.same(other, server) && other.user().equals(server.user()))
            .findFirst();
    if (twin.isPresent()) {
      throw refused(
          "\""
              + server.superuserSecret()
              + "\" and \""
              + twin.get().superuserSecret()
              + "\" are one role of one PostgreSQL server",
          "Change its password there, and write it under both names in .ppp/secrets.yaml.");
    }
  }

  private static PppException refused(String summary, String hint) {
    return new PppException(Diagnostic.error(Code.SECRET_NOT_ROTATABLE, summary, hint));
  }
}
