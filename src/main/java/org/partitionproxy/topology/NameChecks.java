package org.partitionproxy.topology;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Suggestion;
import org.partitionproxy.sql.Identifier;

/**
 * What must be declared, and what must not be called the same: servers, tenants, schemas, roles.
 */
final class NameChecks {

  private static final String ADMIN_SUFFIX = "_admin";
  private static final String APP_SUFFIX = "_app";

  private final TopologyDraft topology;
  private final Problems problems;

  private NameChecks(TopologyDraft topology, Problems problems) {
    this.topology = topology;
    this.problems = problems;
  }

  static void check(TopologyDraft topology, Problems problems) {
    NameChecks checks = new NameChecks(topology, problems);
    checks.checkTargets();
    checks.checkShardsOfTenants();
    checks.checkSchemas();
    checks.checkReads();
    checks.checkRoles();
    checks.checkJoins();
  }

  /** Servers and tenants share one namespace, that of {@code ppp psql TARGET}. */
  private void checkTargets() {
    Map<String, ServerDraft> taken = new HashMap<>();
    for (ServerDraft server : topology.servers()) {
      if (isTheVeneer(server) || checkTarget(server.name(), server.part().toString(), taken)) {
        taken.put(server.name().value().toLowerCase(Locale.ROOT), server);
      }
    }
    for (TenantDraft tenant : topology.tenants()) {
      checkTarget(tenant.name(), "tenant", taken);
    }
  }

  /** That name leads to the first veneer, so no other can have it. */
  private boolean isTheVeneer(ServerDraft server) {
    return server.name().value().equals(ServerName.VENEER.value())
        && topology.veneers().indexOf(server) == 0;
  }

  private boolean checkTarget(Placed<String> name, String kind, Map<String, ServerDraft> taken) {
    // Folders and hosts are named after servers, and there letters' case may not count.
    String key = name.value().toLowerCase(Locale.ROOT);
    ServerDraft other = taken.get(key);
    if (!ReservedNames.isTarget(key) && other == null) {
      return true;
    }
    problems.add(
        Code.NAME_TAKEN,
        name.place(),
        "a " + kind + " cannot be called \"" + name.value() + "\"",
        ReservedNames.isTarget(key) || other == null
            ? "ppp itself uses this name on its command line; choose another."
            : "A "
                + other.part()
                + " in line "
                + other.name().place().line()
                + " has that name, and ppp psql NAME must lead to one place; choose another.");
    return false;
  }

  private void checkShardsOfTenants() {
    if (!topology.shardsComplete()) {
      return;
    }
    List<String> declared = topology.shards().stream().map(s -> s.name().value()).toList();
    for (TenantDraft tenant : topology.tenants()) {
      tenant
          .shard()
          .filter(shard -> !declared.contains(shard.value()))
          .ifPresent(shard -> reportUndeclared(tenant, shard, declared));
    }
  }

  private void reportUndeclared(TenantDraft tenant, Placed<String> shard, List<String> declared) {
    problems.add(
        Code.SHARD_UNDECLARED,
        shard.place(),
        "tenant \""
            + tenant.name().value()
            + "\" is mapped to shard \""
            + shard.value()
            + "\", which is not declared",
        "Declared shards are "
            + String.join(", ", declared)
            + "."
            + Suggestion.didYouMean(shard.value(), declared));
  }

  private void checkSchemas() {
    Map<Identifier, TenantDraft> owners = new HashMap<>();
    for (TenantDraft tenant : topology.tenants()) {
      tenant.schema().ifPresent(schema -> checkSchema(tenant, schema, owners));
    }
  }

  private void checkSchema(
      TenantDraft tenant, Placed<Identifier> schema, Map<Identifier, TenantDraft> owners) {
    String name = schema.value().value();
    if (ReservedNames.isSchema(name)) {
      problems.add(
          Code.NAME_RESERVED,
          schema.place(),
          "schema \"" + name + "\" is reserved",
          "PostgreSQL or ppp uses it for other things; give the tenant another one with schema:.");
      return;
    }
    TenantDraft first = owners.putIfAbsent(schema.value(), tenant);
    if (first != null) {
      problems.add(
          Code.SCHEMA_SHARED,
          schema.place(),
          "tenants \""
              + first.name().value()
              + "\" and \""
              + tenant.name().value()
              + "\" both have schema \""
              + name
              + "\"",
          "The other one is in line "
              + first.name().place().line()
              + "; give one of them a schema of its own with schema:.");
    }
    checkLength(schema, "tenant \"" + tenant.name().value() + "\"", APP_SUFFIX);
  }

  /** On the veneer, what a replica has of a tenant is a schema beside the tenants' own. */
  private void checkReads() {
    List<String> shards =
        topology.shards().stream()
            .filter(shard -> shard.replicas().stream().anyMatch(ReplicaDraft::reads))
            .map(shard -> shard.name().value())
            .toList();
    for (TenantDraft tenant : topology.tenants()) {
      if (tenant.shard().filter(shard -> shards.contains(shard.value())).isPresent()) {
        tenant.schema().ifPresent(schema -> checkReads(tenant, schema));
      }
    }
  }

  private void checkReads(TenantDraft tenant, Placed<Identifier> schema) {
    if (!Tenant.hasRoomForReads(schema.value())) {
      problems.add(
          Code.NAME_TOO_LONG,
          schema.place(),
          "tenant \""
              + tenant.name().value()
              + "\" would have a schema \""
              + schema.value()
              + "_replica\" on the veneer, which PostgreSQL would cut",
          "A replica of its shard gives reads: name a schema of at most 55 bytes with schema:.");
      return;
    }
    Identifier reads = Tenant.replicaSchema(schema.value());
    for (TenantDraft other : topology.tenants()) {
      other
          .schema()
          .filter(taken -> taken.value().equals(reads))
          .ifPresent(
              taken ->
                  problems.add(
                      Code.NAME_RESERVED,
                      taken.place(),
                      "schema \"" + reads + "\" is reserved",
                      "The veneer shows there what a replica has of tenant \""
                          + tenant.name().value()
                          + "\", in line "
                          + schema.place().line()
                          + "; give this one another schema with schema:."));
    }
  }

  private boolean checkLength(Placed<Identifier> stem, String whose, String suffix) {
    int bytes = Identifier.byteLength(stem.value().value()) + suffix.length();
    if (bytes <= Identifier.MAX_BYTES) {
      return true;
    }
    int longest = Identifier.MAX_BYTES - suffix.length();
    problems.add(
        Code.NAME_TOO_LONG,
        stem.place(),
        whose + " would have a role \"" + stem.value() + suffix + "\" of " + bytes + " bytes",
        "PostgreSQL would cut it at 63 bytes; \""
            + stem.value()
            + "\" may be "
            + longest
            + " bytes long, and schema: or database: can name a shorter one.");
    return false;
  }

  /** Roles have the same names on every server, so none may be a server's superuser. */
  private void checkRoles() {
    Map<String, String> owners = new LinkedHashMap<>();
    topology.database().ifPresent(database -> addSharedRoles(database, owners));
    for (TenantDraft tenant : topology.tenants()) {
      tenant.schema().ifPresent(schema -> addTenantRole(tenant, schema, owners));
    }
    for (ServerDraft server : topology.servers()) {
      server.user().ifPresent(user -> checkUser(server, user, owners));
    }
  }

  /** The reader of everyone's tables can do nothing else than name two tenants. */
  private void checkJoins() {
    topology
        .crossTenantJoins()
        .filter(joins -> joins.value() == JoinChoice.FORBIDDEN && topology.everyone())
        .ifPresent(
            joins ->
                problems.add(
                    Code.KEY_OUT_OF_PLACE,
                    joins.place(),
                    "cross-tenant joins are forbidden, and \"everyone\" is true",
                    "Schema everyone is there to read all tenants in one statement: leave out one"
                        + " of the two keys."));
  }

  private void addSharedRoles(Placed<Identifier> database, Map<String, String> owners) {
    String stem = database.value().value();
    boolean replicas = topology.shards().stream().anyMatch(s -> !s.replicas().isEmpty());
    // No shared role has a longer name.
    String longest = replicas ? Topology.REPLICATION_SUFFIX : Topology.MIRROR_SUFFIX;
    if (checkLength(database, "the topology", longest) && ReservedNames.isRole(stem + "_")) {
      problems.add(
          Code.NAME_RESERVED,
          database.place(),
          "role name \"" + stem + ADMIN_SUFFIX + "\" is reserved by PostgreSQL",
          "Roles are named after the database; choose one that does not begin with \"pg_\".");
    }
    if (topology.everyone()) {
      owners.put(stem + Topology.READER_SUFFIX, "the role that reads all tenants at once");
    }
    if (replicas) {
      owners.put(stem + Topology.REPLICATION_SUFFIX, "the role that replicates shards' tables");
    }
    owners.put(stem + ADMIN_SUFFIX, "the role that owns the tenants' schemas");
    owners.put(stem + Topology.MIRROR_SUFFIX, "the role that owns what the veneer shows of them");
    owners.put(stem + APP_SUFFIX, "the role that may use all tenants");
  }

  private void addTenantRole(
      TenantDraft tenant, Placed<Identifier> schema, Map<String, String> owners) {
    String role = schema.value().value() + APP_SUFFIX;
    Optional<String> shared =
        topology
            .database()
            .filter(d -> d.value().equals(schema.value()))
            .map(d -> owners.get(role));
    if (shared.isEmpty()) {
      owners.putIfAbsent(role, "the role of tenant \"" + tenant.name().value() + "\"");
      return;
    }
    problems.add(
        Code.ROLE_CLASH,
        schema.place(),
        "tenant \"" + tenant.name().value() + "\" would have the role \"" + role + "\"",
        "That is "
            + shared.get()
            + ", named after the database; give the tenant another schema with schema:, or the"
            + " topology another database.");
  }

  private void checkUser(ServerDraft server, Placed<Identifier> user, Map<String, String> owners) {
    String owner = owners.get(user.value().value());
    if (owner != null) {
      problems.add(
          Code.ROLE_CLASH,
          user.place(),
          server.title() + " has the user \"" + user.value() + "\"",
          "That is " + owner + "; ppp needs a superuser of another name to log in.");
    }
  }
}
