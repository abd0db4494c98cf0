package org.partitionproxy.topology;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.sql.Identifier;

/** Reads the servers of shards.yaml: veneers, shards and replicas. */
final class ServerReader {

  private static final List<String> KEYS =
      List.of("host", "port", "database", "user", "password", "sslmode", "sslrootcert", "settings");

  private static final List<String> KEYS_OF_SHARDS =
      List.of("address", "options", "partmanteau", "replicas");

  private static final int DEFAULT_PORT = 5432;

  private final Optional<RuntimeChoice> runtime;
  private final Optional<Placed<Identifier>> database;
  private final Problems problems;
  private final PathReader paths;
  private final EndpointReader endpoints;
  private final ParameterReader parameters;

  /**
   * @param runtime empty if it is not known
   * @param database of servers that name none
   */
  ServerReader(
      PathReader paths,
      Optional<RuntimeChoice> runtime,
      Optional<Placed<Identifier>> database,
      Problems problems) {
    this.paths = paths;
    this.runtime = runtime;
    this.database = database;
    this.problems = problems;
    this.endpoints = new EndpointReader(problems);
    this.parameters = new ParameterReader(problems);
  }

  /** Each entry of a section as a server. */
  List<ServerDraft> readAll(Fields section, ServerPart part) {
    return section.entries().stream()
        .map(entry -> read(entry, part, fields(section, entry, part)))
        .toList();
  }

  /** What an entry of a section says of a server, if it says anything. */
  Optional<Fields> fields(Fields section, YamlNode.Entry entry, ServerPart part) {
    String example =
        switch (part) {
          case VENEER -> "{ port: 14797 }";
          case SHARD -> "{ port: 29948 }";
          case REPLICA -> ReplicaReader.EXAMPLE;
        };
    return section.of(entry, part.title(entry.name()), entry.name() + ": " + example);
  }

  /**
   * @param fields empty if only the name could be read; it is kept, so that what refers to it is
   *     not reported too
   */
  ServerDraft read(YamlNode.Entry entry, ServerPart part, Optional<Fields> fields) {
    Placed<String> name = new Placed<>(entry.name(), entry.key().place());
    if (!ServerName.isValid(entry.name())) {
      problems.add(
          Code.NAME_INVALID,
          entry.key().place(),
          "\"" + entry.name() + "\" cannot be a " + part + "'s name",
          "Begin with a letter; up to 49 letters, digits, \"_\" and \"-\" may follow.");
    }
    return fields.map(f -> read(name, part, f)).orElseGet(() -> unread(name, part));
  }

  private ServerDraft read(Placed<String> name, ServerPart part, Fields fields) {
    List<String> known = new ArrayList<>(KEYS);
    switch (part) {
      case VENEER -> {}
      case SHARD -> known.addAll(KEYS_OF_SHARDS);
      case REPLICA -> known.addAll(ReplicaReader.KEYS);
    }
    fields.allowOnly(known, KEYS_OF_SHARDS);
    refuseKeysOutOfPlace(part, fields);
    return new ServerDraft(
        name,
        host(name, fields),
        port(name, fields),
        fields.value("address").flatMap(endpoints::address),
        database(fields),
        user(name, fields),
        password(fields),
        Placed.valueOf(sslMode(fields)).orElse(SslMode.PREFER),
        rootCertificate(fields),
        parameters.settings(fields),
        parameters.options(fields),
        part,
        hasPartmanteau(fields),
        part == ServerPart.SHARD ? new ReplicaReader(this, problems).read(fields) : List.of());
  }

  private static ServerDraft unread(Placed<String> name, ServerPart part) {
    return new ServerDraft(
        name,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        SslMode.PREFER,
        Optional.empty(),
        new TreeMap<>(),
        new TreeMap<>(),
        part,
        false,
        List.of());
  }

  private void refuseKeysOutOfPlace(ServerPart part, Fields fields) {
    if (part == ServerPart.VENEER) {
      fields.refuseKey(
          "address",
          "It is how the veneer reaches what it shows; only shards and replicas have one.");
    }
    if (part != ServerPart.SHARD) {
      fields.refuseKey("options", "They are of a shard's foreign server; only shards have them.");
      fields.refuseKey(
          "partmanteau",
          "Partitions are made where the tables are; write it in the shards that are to have it.");
      fields.refuseKey(
          "replicas", "They follow a shard; write them under the one that they follow.");
    }
    if (runtime.equals(Optional.of(RuntimeChoice.EXTERNAL))) {
      fields.refuseKey(
          "settings",
          "ppp sets parameters only of servers that it starts; set these on the server, and remove"
              + " them here.");
    }
  }

  private Optional<Placed<String>> host(Placed<String> name, Fields fields) {
    if (fields.entry("host").isEmpty()) {
      return Optional.of(new Placed<>("127.0.0.1", name.place()));
    }
    return fields.value("host").flatMap(endpoints::host);
  }

  private Optional<Placed<Integer>> port(Placed<String> name, Fields fields) {
    if (fields.entry("port").isPresent() || runtime.isEmpty()) {
      return fields.value("port").flatMap(endpoints::port);
    }
    if (runtime.get() == RuntimeChoice.EXTERNAL) {
      return Optional.of(new Placed<>(DEFAULT_PORT, name.place()));
    }
    fields.require(
        "port", name.place(), "A server that ppp starts needs a port of its own: port: 15432");
    return Optional.empty();
  }

  private Optional<Placed<Identifier>> database(Fields fields) {
    return fields.entry("database").isEmpty() ? database : fields.database("database");
  }

  private Optional<Placed<Identifier>> user(Placed<String> name, Fields fields) {
    if (fields.entry("user").isEmpty()) {
      return Optional.of(new Placed<>(Identifier.of("postgres"), name.place()));
    }
    Optional<Placed<Identifier>> user = fields.identifier("user");
    user.filter(u -> ReservedNames.isRole(u.value().value()))
        .ifPresent(
            u ->
                problems.add(
                    Code.NAME_RESERVED,
                    u.place(),
                    "role name \"" + u.value() + "\" is reserved by PostgreSQL",
                    "Name a superuser that can log in, as postgres."));
    return user;
  }

  private Optional<Secret> password(Fields fields) {
    Optional<Placed<String>> written = fields.text("password");
    if (written.isPresent() && !Environment.isReference(written.get().value())) {
      problems.add(
          Code.PASSWORD_IN_FILE,
          written.get().place(),
          "a password is written into the file",
          "Files are copied, committed and shown: change that password, put the new one into an"
              + " environment variable, and write password: ${NAME} here.");
      return Optional.empty();
    }
    return written.flatMap(ignored -> fields.value("password")).flatMap(this::secret);
  }

  private Optional<Secret> secret(Placed<String> text) {
    try {
      return Optional.of(Secret.of(text.value()));
    } catch (IllegalArgumentException e) {
      problems.add(
          Code.VALUE_INVALID,
          text.place(),
          "this environment variable holds no usable password",
          "A password has no line break; look for one at its end.");
      return Optional.empty();
    }
  }

  private Optional<Placed<SslMode>> sslMode(Fields fields) {
    return fields
        .value("sslmode")
        .flatMap(text -> fields.choice(text, "sslmode", SslMode.values()));
  }

  private static boolean hasPartmanteau(Fields fields) {
    return fields
        .text("partmanteau")
        .flatMap(text -> fields.choice(text, "partmanteau", Switch.values()))
        .map(on -> on.value() == Switch.TRUE)
        .orElse(false);
  }

  private Optional<Path> rootCertificate(Fields fields) {
    return fields.value("sslrootcert").flatMap(text -> paths.file(text, "sslrootcert"));
  }
}
