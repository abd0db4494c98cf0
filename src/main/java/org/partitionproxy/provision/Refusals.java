package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.ledger.Placement;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.secret.SecretSource;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** Reasons why ppp must not touch anything, found before it does. */
final class Refusals {

  private final Topology topology;
  private final SecretSource secrets;

  Refusals(Topology topology, SecretSource secrets) {
    this.topology = topology;
    this.secrets = secrets;
  }

  List<Diagnostic> of(Survey survey, Collection<Identifier> roles) {
    List<Diagnostic> refusals = new ArrayList<>();
    for (Tenant tenant : topology.tenants()) {
      elsewhere(survey, tenant).ifPresent(refusals::add);
    }
    survey.snapshots().values().forEach(s -> anothersFramework(s).ifPresent(refusals::add));
    withoutSecret(survey, roles).ifPresent(refusals::add);
    return refusals;
  }

  /**
   * A tenant whose data is on another shard than the file says. Re-pointing its foreign tables
   * would make the data vanish from sight.
   */
  private Optional<Diagnostic> elsewhere(Survey survey, Tenant tenant) {
    for (ServerDefinition shard : topology.shards()) {
      if (shard.name().equals(tenant.shard())) {
        continue;
      }
      if (survey.hasSchema(shard.name(), tenant.schema())) {
        return Optional.of(elsewhere(tenant, shard.name().value(), "its schema is there"));
      }
    }
    return survey.veneers().stream()
        .flatMap(veneer -> Optional.ofNullable(veneer.placements().get(tenant.schema())).stream())
        .map(Placement::shard)
        .filter(shard -> !shard.equals(tenant.shard().value()))
        .findFirst()
        .map(shard -> elsewhere(tenant, shard, "the veneer's ledger says so"));
  }

  private Diagnostic elsewhere(Tenant tenant, String actual, String why) {
    return Diagnostic.error(
        Code.TENANT_ELSEWHERE,
        "tenant \""
            + tenant.name()
            + "\" is mapped to shard \""
            + tenant.shard()
            + "\", but its data (schema \""
            + tenant.schema()
            + "\") lives on shard \""
            + actual
            + "\": "
            + why,
        "Editing the file does not move data. Write `shard: "
            + actual
            + "` again in "
            + topology.file()
            + ", or, to start anew with an empty tenant, drop it first:"
            + " `ppp teardown --tenant "
            + tenant.name()
            + " --drop-data`, with the old line in place.");
  }

  /** What ppp did not make, it does not replace, even where it is asked for one of its own. */
  private Optional<Diagnostic> anothersFramework(ServerSnapshot snapshot) {
    return snapshot
        .framework()
        .filter(framework -> !framework.isOurs())
        .map(
            framework ->
                Diagnostic.error(
                    Code.SCHEMA_TAKEN,
                    "schema \"partmanteau\" on "
                        + snapshot.server().title()
                        + " was not made by ppp",
                    "Rename that schema, or drop it, and run this again; or remove"
                        + " `partmanteau: true` from that shard in "
                        + topology.file()
                        + "."));
  }

  /** A role whose password nobody knows would need a reset, which only `secrets rotate` may do. */
  private Optional<Diagnostic> withoutSecret(Survey survey, Collection<Identifier> roles) {
    TreeSet<String> unknown = new TreeSet<>();
    TreeSet<String> servers = new TreeSet<>();
    for (ServerSnapshot snapshot : survey.snapshots().values()) {
      for (Identifier role : roles) {
        boolean exists = snapshot.state().roles().containsKey(role);
        if (exists && secrets.find(SecretName.ofRole(role.value())).isEmpty()) {
          unknown.add("\"" + role + "\"");
          servers.add("\"" + snapshot.server().name() + "\"");
        }
      }
    }
    return unknown.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Diagnostic.error(
                Code.ROLE_WITHOUT_SECRET,
                "no password is known for "
                    + (unknown.size() == 1 ? "role " : unknown.size() + " roles: ")
                    + String.join(", ", unknown)
                    + ", on "
                    + String.join(", ", servers),
                "These roles exist already. Put .ppp/secrets.yaml of the machine that made them"
                    + " back into place, or give them new passwords with `ppp secrets rotate`:"
                    + " whoever logs in with the old ones is then locked out."));
  }
}
