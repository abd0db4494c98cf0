package org.partitionproxy.server;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.secret.SecretVault;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;

/**
 * The passwords of the servers' superusers. One is made only for a server that has no data yet:
 * with another password than the one that the server was made with nobody could log in.
 */
record SuperuserPasswords(SecretVault vault) {

  /**
   * @throws PppException if the password of a server with data is not known any more
   */
  SortedMap<ServerName, Secret> of(List<EmbeddedServer> servers) {
    requireKnown(servers);
    SortedMap<ServerName, Secret> passwords = new TreeMap<>();
    List<ServerDefinition> generated = new ArrayList<>();
    for (EmbeddedServer server : servers) {
      ServerDefinition definition = server.definition();
      definition
          .password()
          .ifPresentOrElse(
              password -> passwords.put(definition.name(), password),
              () -> generated.add(definition));
    }
    SortedMap<SecretName, Secret> known =
        vault.ensure(generated.stream().map(ServerDefinition::superuserSecret).toList());
    generated.forEach(server -> passwords.put(server.name(), known.get(server.superuserSecret())));
    return passwords;
  }

  private void requireKnown(List<EmbeddedServer> servers) {
    List<Diagnostic> problems =
        servers.stream()
            .filter(server -> server.data().exists())
            .map(EmbeddedServer::definition)
            .filter(server -> server.password().isEmpty())
            .filter(server -> vault.find(server.superuserSecret()).isEmpty())
            .map(SuperuserPasswords::lost)
            .toList();
    if (!problems.isEmpty()) {
      throw new PppException(problems);
    }
  }

  private static Diagnostic lost(ServerDefinition server) {
    return Diagnostic.error(
        Code.LOGIN_REFUSED,
        "server \""
            + server.name()
            + "\" has data, and its password \""
            + server.superuserSecret()
            + "\" is not known any more",
        "Bring back .ppp/secrets.yaml; ppp never resets a password. If no server of this checkout"
            + " has data worth keeping, `ppp stop --delete-data --yes` deletes all of it.");
  }
}
