package org.partitionproxy.shell;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.topology.ServerDefinition;

/**
 * A call of the real psql. Where to go and as whom stands in its environment; no password is on the
 * command line, where any user of the machine could read it.
 *
 * @param environment over the inherited one, of which {@link #keeps} tells what stays
 * @param password for {@code PGPASSWORD}, only for a psql in a container
 * @see <a href="https://www.postgresql.org/docs/18/libpq-envars.html">PostgreSQL, 32.15 Environment
 *     Variables</a>
 */
record PsqlInvocation(
    List<String> command, SortedMap<String, String> environment, Optional<Secret> password) {

  /** Variables of libpq that say how things look; every other one says where to go or as whom. */
  private static final SortedSet<String> HARMLESS =
      new TreeSet<>(
          List.of("PGCLIENTENCODING", "PGDATESTYLE", "PGLOCALEDIR", "PGSYSCONFDIR", "PGTZ"));

  /** The port in every container that ppp makes; the one outside differs. */
  private static final int CONTAINER_PORT = 5432;

  PsqlInvocation {
    command = List.copyOf(command);
    environment = new TreeMap<>(environment);
  }

  /**
   * @param terminal whether a person could be asked for a password
   */
  static PsqlInvocation local(
      Path psql, Login login, ShellRequest request, Path passwordFile, boolean terminal) {
    ServerDefinition server = login.server();
    SortedMap<String, String> environment = environment(login);
    environment.put("PGHOST", server.host());
    environment.put("PGPORT", Integer.toString(server.port()));
    environment.put("PGSSLMODE", server.sslMode().toString());
    server
        .sslRootCert()
        .ifPresent(file -> environment.put("PGSSLROOTCERT", file.toAbsolutePath().toString()));
    environment.put("PGPASSFILE", passwordFile.toString());
    List<String> command = new ArrayList<>(List.of(psql.toString()));
    command.addAll(arguments(request, terminal));
    return new PsqlInvocation(command, environment, Optional.empty());
  }

  /** Names without values after {@code -e}: docker takes the values from its own environment. */
  static PsqlInvocation inContainer(
      Path docker,
      String container,
      Login login,
      ShellRequest request,
      Secret password,
      boolean terminal) {
    SortedMap<String, String> environment = environment(login);
    environment.put("PGHOST", "127.0.0.1");
    environment.put("PGPORT", Integer.toString(CONTAINER_PORT));
    List<String> command = new ArrayList<>(List.of(docker.toString(), "exec", "--interactive"));
    if (terminal) {
      command.add("--tty");
    }
    for (String name : environment.keySet()) {
      command.addAll(List.of("--env", name));
    }
    command.addAll(List.of("--env", "PGPASSWORD", container, "psql"));
    command.addAll(arguments(request, terminal));
    return new PsqlInvocation(command, environment, Optional.of(password));
  }

  /** Whether psql may inherit this variable. */
  static boolean keeps(String variable) {
    return !variable.startsWith("PG") || HARMLESS.contains(variable);
  }

  private static SortedMap<String, String> environment(Login login) {
    SortedMap<String, String> environment = new TreeMap<>();
    environment.put("PGDATABASE", login.server().database().value());
    environment.put("PGUSER", login.role().value());
    login
        .schema()
        .ifPresent(
            schema ->
                environment.put("PGOPTIONS", "-c search_path=" + escapedOption(schema.quoted())));
    return environment;
  }

  /** The server splits options at white space; a backslash keeps the next character from that. */
  private static String escapedOption(String value) {
    return value.replaceAll("[\\\\\\s]", "\\\\$0");
  }

  private static List<String> arguments(ShellRequest request, boolean terminal) {
    List<String> arguments = new ArrayList<>();
    if (!terminal) {
      arguments.add("--no-password");
    }
    for (String command : request.commands()) {
      arguments.add("--command=" + command);
    }
    arguments.addAll(request.psqlArguments());
    return arguments;
  }
}
