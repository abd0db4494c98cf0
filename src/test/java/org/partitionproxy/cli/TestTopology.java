package org.partitionproxy.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.secret.SecretStore;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.testing.Running;
import org.partitionproxy.testing.TestServer;
import org.partitionproxy.topology.ServerDefinition;

/**
 * A shards.yaml over databases of the tests' servers, and {@code ppp} on it. Roles and schemas have
 * names of their own, for the servers are shared: tenant {@code acme} has schema {@code acme_7}.
 */
final class TestTopology {

  private static final AtomicInteger COUNT = new AtomicInteger();

  /** In every name of this topology, and in no other's. */
  private final String suffix = ProcessHandle.current().pid() + "n" + COUNT.incrementAndGet() + "z";

  private final Path folder;
  private final Map<String, ServerDefinition> servers = new LinkedHashMap<>();
  private final Map<String, String> tenants = new LinkedHashMap<>();
  private final Map<String, Integer> ports = new LinkedHashMap<>();

  /** Shards are shard1, shard2, …; a database of a name of its own each, which ppp makes. */
  TestTopology(Path folder, TestServer veneer, TestServer... shards) {
    this.folder = folder;
    servers.put("veneer", veneer.definition("veneer", database()));
    for (int i = 1; i <= shards.length; i++) {
      String name = "shard" + i;
      servers.put(name, shards[i - 1].definition(name, database() + "_" + i));
    }
    migration("V1__items.sql", "CREATE TABLE items (id int PRIMARY KEY);");
    migration("V2__rows.sql", "INSERT INTO items SELECT generate_series(1, 3);");
  }

  String suffix() {
    return suffix;
  }

  String database() {
    return "tt_" + suffix;
  }

  Identifier adminRole() {
    return Identifier.of(database() + "_admin");
  }

  Identifier appRole() {
    return Identifier.of(database() + "_app");
  }

  String schema(String tenant) {
    return tenant + "_" + suffix;
  }

  Identifier role(String tenant) {
    return Identifier.of(schema(tenant) + "_app");
  }

  TestTopology tenant(String tenant, String shard) {
    tenants.put(tenant, shard);
    return this;
  }

  TestTopology without(String tenant) {
    tenants.remove(tenant);
    return this;
  }

  /** The file gives this server another port, where nothing answers. */
  TestTopology down(String server) {
    ports.put(server, TestServer.freePort());
    return this;
  }

  TestTopology up(String server) {
    ports.remove(server);
    return this;
  }

  TestTopology migration(String file, String sql) {
    try {
      Files.createDirectories(folder.resolve("migrations"));
      Files.writeString(folder.resolve("migrations").resolve(file), sql);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ServerDefinition server(String name) {
    return Objects.requireNonNull(servers.get(name));
  }

  Path folder() {
    return folder;
  }

  private List<String> command(String... arguments) {
    StringBuilder text = new StringBuilder();
    text.append("name: ").append(database()).append("\nruntime: external\ndatabase: ");
    text.append(database()).append("\nmigrations: migrations\n");
    servers.forEach(
        (name, server) -> {
          text.append(name.equals("veneer") ? "" : name.equals("shard1") ? "shards:\n  " : "  ");
          text.append(name)
              .append(": { port: ")
              .append(ports.getOrDefault(name, server.port()))
              .append(", database: ")
              .append(server.database())
              .append(", password: \"${PPP_TEST_PASSWORD}\" }\n");
        });
    text.append("tenants:\n");
    tenants.forEach(
        (tenant, shard) ->
            text.append(
                "  %s: { shard: %s, schema: %s }\n".formatted(tenant, shard, schema(tenant))));
    List<String> command = new ArrayList<>(List.of(arguments));
    command.addAll(List.of("--config", folder.resolve("shards.yaml").toString()));
    try {
      Files.writeString(folder.resolve("shards.yaml"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return command;
  }

  /** Runs a command in this JVM, without a terminal. */
  InProcess.Result ppp(String... arguments) {
    return InProcess.run(command(arguments).toArray(new String[0]));
  }

  /**
   * @param answer on standard input, which ppp takes for a terminal unless there is none
   */
  Running start(Optional<String> answer, String... arguments) throws IOException {
    return start(answer, command(arguments));
  }

  /** With the shards.yaml that the test itself wrote. */
  Running startAsIs(String... arguments) throws IOException {
    return start(Optional.empty(), List.of(arguments));
  }

  private Running start(Optional<String> answer, List<String> arguments) throws IOException {
    if (answer.isEmpty()) {
      return Running.ppp(folder, arguments);
    }
    Path in = Files.writeString(Files.createTempFile(folder, "in", ""), answer.get() + "\n");
    return Running.ppp(
        folder, Map.of("PPP_JAVA_OPTIONS", "-Dppp.terminals=in"), Optional.of(in), arguments);
  }

  Running start(String... arguments) throws IOException {
    return start(Optional.empty(), arguments);
  }

  Secret password(Identifier role) {
    return store().find(SecretName.ofRole(role.value())).orElseThrow();
  }

  SecretStore store() {
    return SecretStore.open(folder.resolve(".ppp"), database());
  }

  Session superuser(String server) {
    return new Connector(name -> Optional.empty(), "ppp test").superuser(server(server));
  }

  Session maintenance(String server) {
    return new Connector(name -> Optional.empty(), "ppp test").maintenance(server(server));
  }

  /** With the password that ppp's file has now. */
  Session as(String server, Identifier role) {
    return as(server, role, password(role));
  }

  Session as(String server, Identifier role, Secret password) {
    return new Connector(name -> Optional.of(password), "ppp test").as(server(server), role);
  }
}
