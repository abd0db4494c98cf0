package org.partitionproxy.provision;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.partitionproxy.catalog.PartitionRuleReader;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.PartitionRule;
import org.partitionproxy.state.PolicyTable;
import org.partitionproxy.state.ServerState;
import org.partitionproxy.topology.PartitionPolicy;
import org.partitionproxy.topology.PartitionRules;
import org.partitionproxy.topology.RangeLength;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/**
 * What one shard has of what policies are about.
 *
 * @param installed whether the functions for partitions are there
 * @param written rules that it knows already
 * @param tables that there are of the policies' names, of its tenants
 * @param wanted rules that it should know: of tables to which the policy can be applied
 * @param others newest partitions that are none of a rule's ranges, of rules that are not written
 * @param guards by table, CHECKs of its default partition that a run is making, or left
 * @param blocked tables whose default partition has rows in the way
 */
record PolicyFindings(
    boolean installed,
    List<PartitionRule> written,
    SortedMap<QualifiedName, List<String>> guards,
    SortedMap<QualifiedName, PolicyTable> tables,
    List<PartitionRule> wanted,
    SortedMap<QualifiedName, PartitionRuleReader.OtherRange> others,
    SortedSet<QualifiedName> blocked) {

  PolicyFindings {
    written = List.copyOf(written);
    guards = Collections.unmodifiableSortedMap(guards);
    tables = Collections.unmodifiableSortedMap(tables);
    wanted = List.copyOf(wanted);
    others = Collections.unmodifiableSortedMap(others);
    blocked = Collections.unmodifiableSortedSet(blocked);
  }

  /** Asks a fixed number of questions, however many tenants there are. */
  static PolicyFindings read(Session session, Topology topology) {
    PartitionRuleReader reader = new PartitionRuleReader();
    boolean installed = reader.isInstalled(session);
    List<PartitionRule> written = installed ? reader.rules(session) : List.of();
    List<Tenant> tenants = topology.tenantsOf(session.server().name());
    SortedSet<Identifier> schemas = new TreeSet<>(tenants.stream().map(Tenant::schema).toList());
    SortedMap<QualifiedName, PolicyTable> tables =
        topology.partitions().isEmpty()
            ? new TreeMap<>()
            : ServerState.index(reader.tables(session, keys(topology), schemas), PolicyTable::name);
    List<PartitionRule> wanted =
        tenants.stream()
            .flatMap(
                tenant ->
                    topology.policies(tenant).stream()
                        .flatMap(p -> rule(tenant, p, tables).stream()))
            .toList();
    written.forEach(rule -> schemas.add(rule.table().schema()));
    Set<PartitionRule> known = new HashSet<>(written);
    List<PartitionRule> others = wanted.stream().filter(r -> !known.contains(r)).toList();
    return new PolicyFindings(
        installed,
        written,
        installed ? reader.guards(session, schemas) : new TreeMap<>(),
        tables,
        wanted,
        installed && !others.isEmpty() ? reader.otherRanges(session, others) : new TreeMap<>(),
        reader.blocked(session, withFallback(known, wanted, tables)));
  }

  private static SortedMap<Identifier, Identifier> keys(Topology topology) {
    TreeMap<Identifier, Identifier> keys = new TreeMap<>();
    for (PartitionRules rules : topology.partitions()) {
      keys.put(rules.table(), rules.policy().key());
    }
    return keys;
  }

  private static Map<PartitionRule, PolicyTable> withFallback(
      Set<PartitionRule> written,
      List<PartitionRule> wanted,
      SortedMap<QualifiedName, PolicyTable> tables) {
    Map<PartitionRule, PolicyTable> some = new LinkedHashMap<>();
    for (PartitionRule rule : wanted) {
      PolicyTable table = tables.get(rule.table());
      if (table != null && table.fallback().isPresent() && written.contains(rule)) {
        some.put(rule, table);
      }
    }
    return some;
  }

  private static Optional<PartitionRule> rule(
      Tenant tenant, PartitionPolicy policy, SortedMap<QualifiedName, PolicyTable> tables) {
    QualifiedName name = new QualifiedName(tenant.schema(), policy.table());
    return Optional.ofNullable(tables.get(name))
        .filter(table -> PolicyFault.of(table, policy).isEmpty())
        .map(table -> rule(name, policy));
  }

  /** The policy in the words of the shards' functions. */
  static PartitionRule rule(QualifiedName table, PartitionPolicy policy) {
    return new PartitionRule(
        table,
        policy.key(),
        policy.encoding().toString(),
        policy.every().step(),
        policy.every().unit().toString(),
        policy.zone(),
        policy.ahead(),
        policy.keep().map(RangeLength::toString),
        policy.retirement().toString(),
        policy.naming(),
        policy.comments(),
        policy.each());
  }

  /** Whether a wanted rule's table is partitioned by a time without zone. */
  boolean isZoneless(PartitionRule rule) {
    PolicyTable found = tables.get(rule.table());
    return found != null && found.type().equals(Optional.of(PolicyFault.TIMESTAMP));
  }

  /** The tables of rules that can be applied. */
  SortedSet<QualifiedName> wantedTables() {
    return new TreeSet<>(wanted.stream().map(PartitionRule::table).toList());
  }
}
