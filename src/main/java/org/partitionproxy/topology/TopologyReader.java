package org.partitionproxy.topology;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Identifier;

/**
 * Reads shards.yaml: text ({@link SourceText}), tree ({@link YamlReader}), what each key says (here
 * and in {@link ServerReader}), what only the whole tells ({@link NameChecks}, {@link
 * ServerChecks}), records ({@link Topology}).
 */
public final class TopologyReader {

  static final List<String> KEYS =
      List.of(
          "name",
          "runtime",
          "database",
          "migrations",
          "postgres_home",
          "ids",
          "veneer",
          "veneers",
          "shards",
          "limits",
          "tenants",
          "everyone",
          "cross_tenant_joins",
          "inspection",
          "logs",
          "partitions",
          "jobs",
          "rollups");

  static final List<String> TENANT_KEYS =
      Stream.concat(Stream.of("shard", "schema"), LimitsReader.KEYS.stream()).toList();

  /**
   * Up to 50 characters, so that names made from it stay within PostgreSQL's and Docker's limits.
   */
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]{0,49}");

  /** What PostgreSQL takes without quotes, and so can be a database's name without surprise. */
  private static final Pattern PLAIN_IDENTIFIER = Pattern.compile("[a-z][a-z0-9_]*");

  private static final String EXAMPLE =
      """
      name: bookstore
      veneer: { port: 14797 }
      shards:
        shard1: { port: 29948 }
      tenants:
        acme: { shard: shard1 }""";

  private final Problems problems;
  private final Environment environment;
  private final PathReader paths;

  private TopologyReader(Path home, Map<String, String> environment, Problems problems) {
    this.problems = problems;
    this.environment = new Environment(environment, problems);
    this.paths = new PathReader(home, problems);
  }

  /**
   * Reads a file and nothing else; changes nothing.
   *
   * @param environment for references like <code>${NAME}</code>
   * @throws PppException with every problem of the file, in its order; behind a syntax error the
   *     file is not looked at
   */
  public static Topology read(Path file, Map<String, String> environment) {
    SourceText source = SourceText.read(file);
    Problems problems = new Problems(source);
    YamlNode root = YamlReader.read(source, problems);
    Path home = file.toAbsolutePath().normalize().getParent();
    TopologyReader reader =
        new TopologyReader(home == null ? Path.of("/") : home, environment, problems);
    Optional<TopologyDraft> draft =
        Fields.of(root, Place.START, "the file", EXAMPLE, reader.environment, problems)
            .map(reader::draft);
    draft.ifPresent(d -> NameChecks.check(d, problems));
    draft.ifPresent(d -> ServerChecks.check(d, problems));
    draft.ifPresent(d -> PolicyChecks.check(d, problems));
    problems.throwIfAny();
    return draft.orElseThrow().toTopology(file);
  }

  private TopologyDraft draft(Fields top) {
    top.allowOnly(KEYS);
    top.require("name", Place.START, "Servers are stamped with it: name: bookstore");
    if (top.entry("veneers").isEmpty()) {
      top.require("veneer", Place.START, "Say where the veneer listens: veneer: { port: 14797 }");
    }
    top.require("shards", Place.START, "Declare one or more: shards: { shard1: { port: 29948 } }");
    top.require(
        "tenants", Place.START, "Declare one or more: tenants: { acme: { shard: shard1 } }");
    Optional<Placed<String>> name = top.text("name").flatMap(this::name);
    Optional<RuntimeChoice> runtime = runtime(top);
    Optional<Placed<Identifier>> database = database(top, name);
    ServerReader servers = new ServerReader(paths, runtime, database, problems);
    Optional<Fields> shards = top.section("shards", "shards: { shard1: { port: 29948 } }");
    Optional<Fields> tenants = top.section("tenants", "tenants: { acme: { shard: shard1 } }");
    SelectionReader selections = SelectionReader.of(tenants, shards, problems);
    return new TopologyDraft(
        Placed.valueOf(name),
        runtime,
        database,
        top.value("migrations")
            .filter(text -> !text.value().equals("none"))
            .flatMap(text -> paths.folder(text, "migrations")),
        top.value("postgres_home").flatMap(text -> paths.folder(text, "postgres_home")),
        Placed.valueOf(top.text("ids").flatMap(text -> top.choice(text, "ids", IdChoice.values())))
            .orElse(IdChoice.FILL),
        veneers(top, servers),
        shards.map(fields -> servers.readAll(fields, ServerPart.SHARD)).orElse(List.of()),
        shards.map(Fields::isComplete).orElse(false),
        tenants.map(fields -> tenants(fields, limits(top))).orElse(List.of()),
        isEveryone(top),
        top.text("cross_tenant_joins")
            .flatMap(text -> top.choice(text, "cross_tenant_joins", JoinChoice.values())),
        inspection(top),
        logBytes(top, runtime),
        top.section("partitions", "partitions: { " + PolicyReader.EXAMPLE + " }")
            .map(new PolicyReader(problems)::read)
            .orElse(List.of()),
        top.section("jobs", "jobs: { " + JobsReader.EXAMPLE + " }")
            .map(new JobsReader(selections, problems)::read)
            .orElse(List.of()),
        top.section("rollups", "rollups: { " + RollupReader.EXAMPLE + " }")
            .map(new RollupReader(selections, problems)::read)
            .orElse(List.of()));
  }

  private Optional<Placed<String>> name(Placed<String> text) {
    if (NAME.matcher(text.value()).matches()) {
      return Optional.of(text);
    }
    problems.add(
        Code.NAME_INVALID,
        text.place(),
        "\"name\" cannot be a topology's name",
        "Begin with a letter; up to 49 letters, digits, \"_\", \".\" and \"-\" may follow.");
    return Optional.empty();
  }

  /** Empty if it cannot be told: it is wrong, or may follow behind a syntax error. */
  private Optional<RuntimeChoice> runtime(Fields top) {
    if (top.entry("runtime").isEmpty()) {
      return top.isComplete() ? Optional.of(RuntimeChoice.AUTO) : Optional.empty();
    }
    return Placed.valueOf(
        top.text("runtime").flatMap(text -> top.choice(text, "runtime", RuntimeChoice.values())));
  }

  /** Off unless asked for: a role that reads all tenants is a door in the walls between them. */
  private static boolean isEveryone(Fields top) {
    return top.text("everyone")
        .flatMap(text -> top.choice(text, "everyone", Switch.values()))
        .map(on -> on.value() == Switch.TRUE)
        .orElse(false);
  }

  private static Optional<InspectionLevel> inspection(Fields top) {
    return Placed.valueOf(
        top.text("inspection")
            .flatMap(text -> top.choice(text, "inspection", InspectionLevel.values())));
  }

  private Optional<Long> logBytes(Fields top, Optional<RuntimeChoice> runtime) {
    if (runtime.equals(Optional.of(RuntimeChoice.EXTERNAL))) {
      top.entry("logs")
          .ifPresent(
              entry ->
                  problems.add(
                      Code.KEY_OUT_OF_PLACE,
                      entry.key().place(),
                      "\"logs\" does not belong here",
                      "ppp bounds the logs only of servers that it starts; remove it here."));
    }
    return top.value("logs").flatMap(text -> new LimitsReader(problems).logBytes(text));
  }

  private Optional<Placed<Identifier>> database(Fields top, Optional<Placed<String>> name) {
    if (top.entry("database").isPresent()) {
      return top.database("database");
    }
    if (name.isEmpty() || !top.isComplete()) {
      return Optional.empty();
    }
    if (PLAIN_IDENTIFIER.matcher(name.get().value()).matches()) {
      return top.database(name.get().map(Identifier::of));
    }
    problems.add(
        Code.MISSING_KEY,
        name.get().place(),
        "the file has no \"database\", and \"" + name.get().value() + "\" is no plain name for one",
        "Add database: with lower-case letters, digits and underscores.");
    return Optional.empty();
  }

  /** One without a name of its own, or several with names. */
  private List<ServerDraft> veneers(Fields top, ServerReader servers) {
    Optional<YamlNode.Entry> one = top.entry("veneer");
    Optional<YamlNode.Entry> several = top.entry("veneers");
    if (one.isPresent() && several.isPresent()) {
      problems.add(
          Code.KEY_OUT_OF_PLACE,
          several.get().key().place(),
          "\"veneers\" and \"veneer\" are one too many",
          "Move the one under veneer: into veneers:, with the name veneer, and remove veneer:.");
    }
    List<ServerDraft> drafts = new ArrayList<>();
    one.map(
            entry ->
                servers.read(
                    entry, ServerPart.VENEER, servers.fields(top, entry, ServerPart.VENEER)))
        .ifPresent(drafts::add);
    if (several.isPresent()) {
      top.section("veneers", "veneers: { veneer1: { port: 14797 } }")
          .ifPresent(fields -> drafts.addAll(servers.readAll(fields, ServerPart.VENEER)));
    }
    return drafts;
  }

  /** What holds for every tenant that does not say otherwise. */
  private Limits limits(Fields top) {
    if (top.entry("limits").isEmpty()) {
      return Limits.NONE;
    }
    Optional<Fields> fields = top.section("limits", "limits: { connection_limit: 20 }");
    fields.ifPresent(f -> f.allowOnly(LimitsReader.KEYS));
    return fields.map(f -> new LimitsReader(problems).read(f)).orElse(Limits.NONE);
  }

  private List<TenantDraft> tenants(Fields tenants, Limits limits) {
    List<TenantDraft> drafts = new ArrayList<>();
    for (YamlNode.Entry entry : tenants.entries()) {
      drafts.add(tenant(tenants, entry, limits));
    }
    return drafts;
  }

  private TenantDraft tenant(Fields tenants, YamlNode.Entry entry, Limits limits) {
    String title = "tenant \"" + entry.name() + "\"";
    Optional<Fields> fields = tenants.of(entry, title, entry.name() + ": { shard: shard1 }");
    fields.ifPresent(f -> f.allowOnly(TENANT_KEYS));
    fields.ifPresent(
        f ->
            f.require(
                "shard",
                entry.key().place(),
                "Say where it lives: " + entry.name() + ": { shard: shard1 }"));
    boolean named = TenantName.isValid(entry.name());
    if (!named) {
      problems.add(
          Code.NAME_INVALID,
          entry.key().place(),
          "\"" + entry.name() + "\" cannot be a tenant's name",
          "Use up to 63 letters and digits; \"_\", \".\" and \"-\" may follow the first.");
    }
    boolean namesSchema = fields.flatMap(f -> f.entry("schema")).isPresent();
    return new TenantDraft(
        name(entry),
        fields.flatMap(f -> f.text("shard")),
        namesSchema
            ? fields.flatMap(f -> f.identifier("schema"))
            : named ? defaultSchema(entry) : Optional.empty(),
        fields.map(f -> new LimitsReader(problems).read(f)).orElse(Limits.NONE).or(limits));
  }

  private Optional<Placed<Identifier>> defaultSchema(YamlNode.Entry entry) {
    String schema = new TenantName(entry.name()).defaultSchema();
    if (Identifier.isValid(schema)) {
      return Optional.of(new Placed<>(Identifier.of(schema), entry.key().place()));
    }
    problems.add(
        Code.NAME_TOO_LONG,
        entry.key().place(),
        "the schema of tenant \""
            + entry.name()
            + "\" would have a name of "
            + Identifier.byteLength(schema)
            + " bytes",
        "PostgreSQL would cut it at 63 bytes; give the tenant a shorter one with schema:.");
    return Optional.empty();
  }

  private static Placed<String> name(YamlNode.Entry entry) {
    return new Placed<>(entry.name(), entry.key().place());
  }
}
