package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.catalog.PartitionRuleReader;
import org.partitionproxy.db.Workers;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.PartitionRuleChanges;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.PartitionRule;
import org.partitionproxy.state.PolicyTable;
import org.partitionproxy.state.SessionZone;
import org.partitionproxy.topology.PartitionPolicy;
import org.partitionproxy.topology.PartitionRules;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** Compares what shards know of partitions with shards.yaml, and with the tables. */
final class PartitionPlanner {

  private final Topology topology;
  private final Sessions sessions;
  private final Workers workers;
  private final PartitionRuleReader reader = new PartitionRuleReader();

  PartitionPlanner(Topology topology, Sessions sessions, Workers workers) {
    this.topology = topology;
    this.sessions = sessions;
    this.workers = workers;
  }

  /**
   * @param findings by shard
   * @param notes what can't be applied, and what will surprise
   */
  record PartitionPlan(Map<ServerDefinition, PolicyFindings> findings, List<String> notes) {

    static final PartitionPlan NONE = new PartitionPlan(Map.of(), List.of());

    List<Change> rules(ServerDefinition server) {
      PolicyFindings found = findings.get(server);
      return found == null
          ? List.of()
          : PartitionRuleChanges.diff(found.written(), found.wanted(), found.guards());
    }

    /** Whether a shard has what keeps policies. */
    boolean isInstalled(ServerDefinition shard) {
      PolicyFindings found = findings.get(shard);
      return found != null && found.installed();
    }

    /** The tables of a shard to which a policy can be applied. */
    SortedSet<QualifiedName> tables(ServerDefinition shard) {
      PolicyFindings found = findings.get(shard);
      return found == null ? new TreeSet<>() : found.wantedTables();
    }
  }

  /**
   * Compares, and asks each server a fixed number of questions for it.
   *
   * @param shards that answer and have a ledger
   * @param complete whether all tenants have their tables by now
   */
  PartitionPlan plan(Collection<ServerDefinition> shards, boolean complete) {
    Map<ServerDefinition, PolicyFindings> findings = findings(shards);
    PolicyNotes notes = new PolicyNotes("partitions of");
    for (PartitionRules rules : topology.partitions()) {
      findings.forEach((shard, one) -> notes(rules, shard, one, notes));
      boolean nowhere =
          findings.values().stream()
              .flatMap(one -> one.tables().keySet().stream())
              .noneMatch(table -> table.name().equals(rules.table()));
      if (nowhere && complete) {
        notes.add(rules.table(), "no tenant has a table of this name");
      }
    }
    zones(findings, notes);
    return new PartitionPlan(findings, notes.texts());
  }

  /** What the shards have of what policies are about. */
  Map<ServerDefinition, PolicyFindings> findings(Collection<ServerDefinition> shards) {
    List<ServerDefinition> asked = List.copyOf(shards);
    List<PolicyFindings> found =
        workers.map(
            asked,
            shard -> sessions.with(shard, session -> PolicyFindings.read(session, topology)));
    Map<ServerDefinition, PolicyFindings> findings = new LinkedHashMap<>();
    for (int i = 0; i < asked.size(); i++) {
      findings.put(asked.get(i), found.get(i));
    }
    return findings;
  }

  private void notes(
      PartitionRules rules, ServerDefinition shard, PolicyFindings found, PolicyNotes notes) {
    for (Tenant tenant : topology.tenantsOf(shard.name())) {
      PartitionPolicy policy = rules.of(tenant.name());
      PolicyTable table = found.tables().get(new QualifiedName(tenant.schema(), rules.table()));
      if (table != null) {
        PolicyFault.of(table, policy)
            .ifPresentOrElse(
                fault -> notes.add(rules.table(), tenant, fault),
                () -> applicable(table, policy, tenant, found, notes));
      }
    }
  }

  private static void applicable(
      PolicyTable table,
      PartitionPolicy policy,
      Tenant tenant,
      PolicyFindings found,
      PolicyNotes notes) {
    if (table.nullable() && table.fallback().isEmpty()) {
      notes.add(
          policy.table(),
          tenant,
          "column \""
              + policy.key()
              + "\" may be NULL, and no range holds such a row; SET NOT NULL says so earlier");
    }
    PartitionRuleReader.OtherRange other = found.others().get(table.name());
    if (other != null) {
      notes.add(
          policy.table(),
          tenant,
          "the newest partition reaches from "
              + other.lower()
              + " to "
              + other.upper()
              + " (UTC), which is no range of "
              + policy.every()
              + (other.upper().equals("MAXVALUE")
                  ? "; nothing can be made behind it"
                  : "; from its end on new ones are"));
    }
    if (table.type().equals(Optional.of("integer")) && policy.every().isTime()) {
      notes.add(
          policy.table(),
          tenant,
          "column \"" + policy.key() + "\" is an integer, whose seconds end in January 2038");
    }
    table
        .fallback()
        .filter(fallback -> found.blocked().contains(table.name()))
        .ifPresent(
            fallback ->
                notes.add(
                    policy.table(),
                    tenant,
                    "the default partition \""
                        + fallback.name()
                        + "\" has rows of ranges that are not made while these rows are there;"
                        + " `ppp partitions maintain --drain-default` moves them"));
  }

  /**
   * A session's {@code now()} becomes a time without zone by its TimeZone.
   *
   * @see <a href="https://www.postgresql.org/docs/18/datatype-datetime.html">PostgreSQL, 8.5.1.3
   *     Time Stamps</a>
   */
  private void zones(Map<ServerDefinition, PolicyFindings> findings, PolicyNotes notes) {
    Map<ServerDefinition, List<SessionZone>> asked = new LinkedHashMap<>();
    findings.forEach(
        (shard, found) -> {
          for (PartitionRule rule : found.wanted()) {
            if (found.isZoneless(rule)) {
              Tenant tenant =
                  topology.tenantsOf(shard.name()).stream()
                      .filter(t -> t.schema().equals(rule.table().schema()))
                      .findFirst()
                      .orElseThrow();
              List<ServerDefinition> servers = new ArrayList<>(List.of(shard));
              servers.addAll(topology.veneers());
              for (ServerDefinition server : servers) {
                List<SessionZone> zones =
                    asked.computeIfAbsent(server, s -> sessions.with(s, reader::zones));
                new ZoneCheck(topology, server, zones)
                    .strangers(tenant, rule.zone())
                    .forEach(who -> notes.add(rule.table().name(), tenant, text(rule.zone(), who)));
              }
            }
          }
        });
  }

  private static String text(String zone, String who) {
    return "times without zone are of "
        + zone
        + ", and "
        + who
        + ": now() lies in another range there, or in none; set TimeZone to "
        + zone
        + " there";
  }
}
