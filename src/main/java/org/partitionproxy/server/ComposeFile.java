package org.partitionproxy.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Topology;

/**
 * The text of {@code docker-compose.yml} for a topology, in the part of the format that compose v1
 * and v2 both read. The same topology always gives the same text. Its third line holds a digest of
 * what follows, so that a file that somebody edited is known from one that ppp wrote.
 */
final class ComposeFile {

  static final String FILE_NAME = "docker-compose.yml";

  /** On every container, volume and network: the topology's name. */
  static final String TOPOLOGY_LABEL = "org.partitionproxy.topology";

  /** On every container and volume: the server's name in shards.yaml. */
  static final String SERVER_LABEL = "org.partitionproxy.server";

  /** In the container; outside it is the server's port in shards.yaml, on 127.0.0.1. */
  static final int CONTAINER_PORT = 5432;

  static final String IMAGE = "partitionproxy/postgres:18";

  /** With a Dockerfile; beside the compose file. */
  static final String IMAGE_FOLDER = "docker/postgres";

  private static final String HEADER =
      """
      # Made by ppp from shards.yaml and written again by `ppp start`, which also makes the files under .ppp that are
      # mounted here. Do not edit: what you add belongs into docker-compose.override.yml, which compose reads after this.
      """;

  private static final String DIGEST_PREFIX = "# sha256 of the rest: ";

  /**
   * Collation by code point, by PostgreSQL itself: an index stays valid whatever image comes later
   * (PostgreSQL, 23.1.4 Locale Providers). No trust for connections from inside the container.
   */
  private static final String COMMON =
      """

      x-postgres: &postgres
        image: %s
        build:
          context: %s
          args:
            BASE: ${PPP_POSTGRES_BASE:-postgres:18}
        environment: &environment
          POSTGRES_DB: postgres
          POSTGRES_INITDB_ARGS: --auth=scram-sha-256 --encoding=UTF8 --locale-provider=builtin --locale=C.UTF-8
          POSTGRES_PASSWORD_FILE: /run/secrets/superuser
          POSTGRES_USER: postgres
        healthcheck:
          # Keeps the logs within their bound. Over TCP: while the data folder is made, a first server answers on the
          # Unix socket.
          test: [CMD-SHELL, 'sh /usr/local/bin/ppp-bound-logs "$$PGDATA/log" %s; pg_isready -h 127.0.0.1 -U postgres -d postgres']
          interval: 5s
          timeout: 5s
          retries: 24
        shm_size: 256m
        stop_grace_period: 1m
      """;

  private static final Pattern FORM =
      Pattern.compile(
          Pattern.quote(HEADER) + Pattern.quote(DIGEST_PREFIX) + "([0-9a-f]{64})\n(.*)",
          Pattern.DOTALL);

  private static final Pattern YAML_WORD = Pattern.compile("(?i)y|n|yes|no|on|off|true|false|null");

  private ComposeFile() {}

  static String of(Topology topology) {
    StringBuilder body =
        new StringBuilder(COMMON.formatted(IMAGE, IMAGE_FOLDER, topology.logBytes()));
    body.append("\nservices:\n");
    topology.servers().forEach(server -> body.append(service(topology, server)));
    body.append("\nvolumes:\n");
    topology.servers().forEach(server -> body.append(volume(topology, server)));
    body.append("\nsecrets:\n");
    topology.servers().forEach(server -> body.append(secret(server)));
    body.append("\nnetworks:\n  default:\n    labels:\n");
    body.append(label("      ", TOPOLOGY_LABEL, topology.name()));
    return HEADER + DIGEST_PREFIX + digest(body.toString()) + "\n" + body;
  }

  /** Whether this is what some version of ppp wrote, for whatever topology, and nobody changed. */
  static boolean isUnedited(String text) {
    Matcher matcher = FORM.matcher(text.replace("\r\n", "\n"));
    return matcher.matches() && matcher.group(1).equals(digest(matcher.group(2)));
  }

  private static String service(Topology topology, ServerDefinition server) {
    String user = server.user().value();
    String environment =
        user.equals("postgres")
            ? ""
            : "    environment:\n      <<: *environment\n      POSTGRES_USER: "
                + quote(user)
                + "\n";
    return """
      %1$s:
        <<: *postgres
    %2$s    labels:
    %3$s%4$s    ports: ["127.0.0.1:%5$d:%6$d"]
        volumes: ["%8$s:/var/lib/postgresql", "./%7$s:/etc/ppp:ro"]
        secrets: [{ source: %1$s, target: superuser }]
    """
        .formatted(
            key(server.name()),
            environment,
            label("      ", SERVER_LABEL, server.name().value()),
            label("      ", TOPOLOGY_LABEL, topology.name()),
            server.port(),
            CONTAINER_PORT,
            settingsFolder(server.name()),
            server.name());
  }

  private static String volume(Topology topology, ServerDefinition server) {
    return "  %s:\n    labels:\n".formatted(key(server.name()))
        + label("      ", SERVER_LABEL, server.name().value())
        + label("      ", TOPOLOGY_LABEL, topology.name());
  }

  private static String secret(ServerDefinition server) {
    return "  %s: { file: ./%s }\n".formatted(key(server.name()), passwordFile(server.name()));
  }

  /** Holds {@code ppp.conf}; from the folder of shards.yaml. */
  static String settingsFolder(ServerName server) {
    return ".ppp/docker/settings/" + server;
  }

  /** Holds the superuser's password; from the folder of shards.yaml. */
  static String passwordFile(ServerName server) {
    return ".ppp/docker/passwords/" + server;
  }

  /**
   * A server's name as a key: quoted where YAML 1.1, which compose v1 reads, sees a truth value.
   */
  private static String key(ServerName name) {
    return YAML_WORD.matcher(name.value()).matches() ? quote(name.value()) : name.value();
  }

  private static String label(String indent, String name, String value) {
    return indent + name + ": " + quote(value) + "\n";
  }

  /** As a YAML string that compose does not interpolate. */
  static String quote(String value) {
    StringBuilder text = new StringBuilder("\"");
    value
        .codePoints()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                text.append('\\').appendCodePoint(c);
              } else if (c == '$') {
                text.append("$$");
              } else if (Character.isISOControl(c)) {
                text.append("\\x%02x".formatted(c));
              } else {
                text.appendCodePoint(c);
              }
            });
    return text.append('"').toString();
  }

  private static String digest(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
