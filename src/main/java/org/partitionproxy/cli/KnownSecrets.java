package org.partitionproxy.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.secret.SecretEntry;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.secret.SecretVault;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** All passwords of a topology. The environment's come first, as they do for connections. */
record KnownSecrets(Topology topology, SecretVault vault) {

  static KnownSecrets of(Workspace workspace) {
    return new KnownSecrets(workspace.topology(), workspace.secrets());
  }

  /** Sorted by name. */
  List<SecretEntry> entries() {
    SortedMap<SecretName, SecretEntry> entries = new TreeMap<>();
    vault.entries().forEach(entry -> entries.put(entry.name(), entry));
    for (ServerDefinition server : topology.servers()) {
      if (server.password().isPresent()) {
        SecretName name = server.superuserSecret();
        entries.put(name, SecretEntry.ofEnvironment(name));
      }
    }
    return new ArrayList<>(entries.values());
  }

  Secret require(SecretName name) {
    return ofSuperuser(name)
        .flatMap(ServerDefinition::password)
        .or(() -> vault.find(name))
        .orElseThrow(
            () ->
                new PppException(
                    Diagnostic.error(
                        Code.SECRET_UNKNOWN,
                        "no password is known for \"" + name + "\"",
                        hint(name.value()))));
  }

  private Optional<ServerDefinition> ofSuperuser(SecretName name) {
    return topology.servers().stream().filter(s -> s.superuserSecret().equals(name)).findFirst();
  }

  /** Passwords are roles', and who names a tenant or a server means one of its roles. */
  private String hint(String name) {
    Optional<String> role =
        topology
            .findTenant(name)
            .map(Tenant::role)
            .map(Object::toString)
            .or(() -> topology.findServer(name).map(s -> s.superuserSecret().value()));
    return role.map(r -> "Passwords belong to roles: try `ppp secrets show " + r + "`. ").orElse("")
        + "`ppp secrets` lists the names of all passwords that ppp knows.";
  }

  /** Where that role logs in: {@code role@server} on that server, others on the veneer. */
  ConnectionUri uri(SecretName name) {
    Secret secret = require(name);
    String role = name.value();
    int at = role.lastIndexOf('@');
    if (at > 0) {
      Optional<ServerDefinition> server = topology.findServer(role.substring(at + 1));
      if (server.isPresent()) {
        return new ConnectionUri(server.get(), role.substring(0, at), secret);
      }
    }
    return new ConnectionUri(topology.veneer(), role, secret);
  }
}
