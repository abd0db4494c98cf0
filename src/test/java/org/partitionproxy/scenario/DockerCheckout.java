package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.secret.SecretStore;
import org.partitionproxy.testing.TestServer;

/**
 * A folder with a shards.yaml of two shards and three tenants, and this checkout's migrations, in
 * which {@code bin/ppp} is run as a user does.
 */
record DockerCheckout(Path folder) {

  static final String TOPOLOGY = "docker-scenario";

  private static final Path LAUNCHER = Path.of("bin/ppp").toAbsolutePath();

  /** How a program ended, and what it said. */
  record Result(int status, String out, String err) {
    Result succeeded() {
      assertThat(status).as(out + err).isZero();
      return this;
    }
  }

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
    return new Running(folder, environment, command(arguments)).result();
  }

  Running start(Map<String, String> environment, String... arguments) throws IOException {
    return new Running(folder, environment, command(arguments));
  }

  private static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>(List.of(LAUNCHER.toString()));
    command.addAll(List.of(arguments));
    return command;
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
    return new Running(folder, Map.of(), command).result().succeeded().out().lines().toList();
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

  /** A program that may still be running; its output goes to files. */
  static final class Running {

    private final Process process;
    private final Path out;
    private final Path err;

    Running(Path folder, Map<String, String> environment, List<String> command) throws IOException {
      out = Files.createTempFile(folder, "run-", ".out");
      err = Files.createTempFile(folder, "run-", ".err");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      builder.environment().putAll(environment);
      process = builder.start();
    }

    void say(String line) throws IOException {
      process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    }

    String out() throws IOException {
      return Files.readString(out);
    }

    /** Its own and those of all processes that it started, with their arguments. */
    List<String> commandLines() {
      return Stream.concat(Stream.of(process.toHandle()), process.descendants())
          .map(handle -> handle.info().commandLine().orElse(""))
          .toList();
    }

    /** Ends its input, and waits for its end. */
    Result result() throws IOException, InterruptedException {
      process.getOutputStream().close();
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("ended").isTrue();
      return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }
  }
}
