package org.partitionproxy.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.partitionproxy.cli.InProcess.Result;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.secret.SecretStore;
import org.partitionproxy.testing.Running;
import org.partitionproxy.testing.TestServer;

/**
 * A folder with a shards.yaml of two shards and three tenants, and this checkout's migrations, in
 * which {@code bin/ppp} is run as a user does.
 */
record DockerCheckout(Path folder) {

  static final String TOPOLOGY = "docker-scenario";

  static DockerCheckout make(Path folder) throws IOException {
    DockerCheckout checkout = new DockerCheckout(folder.resolve("checkout"));
    Files.createDirectories(checkout.folder);
    Files.writeString(
        checkout.folder.resolve("shards.yaml"),
        """
        name: %s
        runtime: auto
        database: bookstore
        migrations: migrations
        veneer: { port: %d }
        shards:
          shard1: { port: %d }
          shard2: { port: %d }
        tenants:
          bluth-co:  { shard: shard1 }
          cyberdyne: { shard: shard2 }
          initech:   { shard: shard2 }
        """
            .formatted(
                TOPOLOGY, TestServer.freePort(), TestServer.freePort(), TestServer.freePort()));
    Path migrations = Files.createDirectory(checkout.folder.resolve("migrations"));
    try (Stream<Path> files = Files.list(Path.of("migrations"))) {
      for (Path file : files.toList()) {
        Files.copy(file, migrations.resolve(file.getFileName()));
      }
    }
    return checkout;
  }

  void migration(String name, String sql) throws IOException {
    Files.writeString(folder.resolve("migrations").resolve(name), sql);
  }

  Result ppp(String... arguments) throws IOException, InterruptedException {
    return ppp(Map.of(), arguments);
  }

  Result ppp(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    return start(environment, arguments).result();
  }

  Running start(Map<String, String> environment, String... arguments) throws IOException {
    return Running.ppp(folder, environment, Optional.empty(), List.of(arguments));
  }

  /** What psql prints for a statement, without its decoration. */
  String ask(Map<String, String> environment, String sql, String... target)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("psql"));
    arguments.addAll(List.of(target));
    arguments.addAll(List.of("-c", sql, "--", "--no-psqlrc", "--tuples-only", "--no-align"));
    return ppp(environment, arguments.toArray(new String[0])).succeeded().out().strip();
  }

  String ask(String sql, String... target) throws IOException, InterruptedException {
    return ask(Map.of(), sql, target);
  }

  /** What docker prints, a line each. */
  List<String> docker(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    return Running.start(folder, Map.of(), Optional.empty(), command)
        .result()
        .succeeded()
        .out()
        .lines()
        .toList();
  }

  /**
   * A PATH on which these programs are all there is; those that this machine lacks are left out.
   */
  Map<String, String> onlyWith(String... programs) throws IOException {
    Path only = Files.createTempDirectory(folder, "programs-");
    for (String program : programs) {
      for (String entry : System.getenv("PATH").split(":", -1)) {
        Path file = Path.of(entry).resolve(program);
        if (Files.isExecutable(file) && !Files.exists(only.resolve(program))) {
          script(only.resolve(program), "exec '" + file + "' \"$@\"");
        }
      }
    }
    return Map.of("PATH", only.toString());
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Every password that ppp made, by its name. */
  SortedMap<String, String> passwords() {
    SecretStore store = SecretStore.open(folder.resolve(".ppp"), TOPOLOGY);
    SortedMap<String, String> passwords = new TreeMap<>();
    store
        .entries()
        .forEach(
            entry ->
                passwords.put(
                    entry.name().toString(),
                    store.find(entry.name()).map(Secret::reveal).orElseThrow()));
    return passwords;
  }
}
