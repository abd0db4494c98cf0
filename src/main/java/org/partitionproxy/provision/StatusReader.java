package org.partitionproxy.provision;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.partitionproxy.catalog.UsageReader;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.migrate.MigrationStatus;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** Adds figures to what a survey saw. */
final class StatusReader {

  private final Parts parts;
  private final Topology topology;
  private final UsageReader reader = new UsageReader();

  StatusReader(Parts parts) {
    this.parts = parts;
    this.topology = parts.topology();
  }

  TopologyStatus read(Survey survey, String runtime, boolean exact, Instant since) {
    Figures figures =
        new Figures(
            new ConcurrentHashMap<>(), new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
    parts
        .workers()
        .forEach(survey.snapshots().values(), snapshot -> look(snapshot, exact, figures));
    Survey seen = figures.without(survey);
    List<Diagnostic> problems = new ArrayList<>(seen.unreachableServers());
    problems.addAll(survey.refusals());
    Upkeep upkeep = new UpkeepReader(parts, since, Instant.now()).read(seen);
    problems.addAll(upkeep.problems());
    return new TopologyStatus(
        topology.name(),
        runtime,
        topology.servers().stream().map(s -> server(s, seen, figures)).toList(),
        tenants(seen, figures.usages()),
        problems,
        upkeep);
  }

  /** Filled by several threads. */
  private record Figures(
      Map<ServerName, UsageReader.Uptime> uptimes,
      Map<ServerName, SortedMap<Identifier, UsageReader.Usage>> usages,
      Map<ServerName, Diagnostic> lost) {

    /** The survey, but for the servers that went away since. */
    Survey without(Survey survey) {
      Map<ServerName, ServerSnapshot> snapshots = new LinkedHashMap<>(survey.snapshots());
      snapshots.keySet().removeAll(lost.keySet());
      Map<ServerName, Diagnostic> unreachable = new LinkedHashMap<>(survey.unreachable());
      unreachable.putAll(new TreeMap<>(lost));
      return new Survey(
          snapshots, survey.fingerprints(), survey.migrations(), unreachable, survey.refusals());
    }
  }

  private void look(ServerSnapshot snapshot, boolean exact, Figures figures) {
    ServerDefinition server = snapshot.server();
    try {
      if (snapshot.state().database().isEmpty()) {
        figures
            .uptimes()
            .put(server.name(), parts.sessions().withMaintenance(server, reader::uptime));
        return;
      }
      parts
          .sessions()
          .with(
              server,
              session -> {
                figures.uptimes().put(server.name(), reader.uptime(session));
                TreeSet<Identifier> schemas = new TreeSet<>();
                topology.tenantsOf(server.name()).forEach(t -> schemas.add(t.schema()));
                figures.usages().put(server.name(), reader.usage(session, schemas, exact));
                return true;
              });
    } catch (SqlFailure e) {
      if (!e.isUnreachable()) {
        throw e;
      }
      figures.lost().put(server.name(), e.diagnostics().get(0));
    }
  }

  private TopologyStatus.ServerStatus server(
      ServerDefinition server, Survey survey, Figures figures) {
    Optional<UsageReader.Uptime> uptime = Optional.ofNullable(figures.uptimes().get(server.name()));
    return new TopologyStatus.ServerStatus(
        server.name().value(),
        server.endpoint().toString(),
        server.database().value(),
        !survey.unreachable().containsKey(server.name()),
        uptime.map(UsageReader.Uptime::version),
        uptime.map(UsageReader.Uptime::startedAt),
        parts.desired().tenants(server).size(),
        topology.findReplica(server.name()).map(replica -> replica.shard().value()));
  }

  private List<TopologyStatus.TenantStatus> tenants(
      Survey survey, Map<ServerName, SortedMap<Identifier, UsageReader.Usage>> usages) {
    Set<Tenant> drifted = new HashSet<>(parts.mirrors().drifted(survey));
    List<TopologyStatus.TenantStatus> statuses = new ArrayList<>();
    for (Tenant tenant : topology.tenants()) {
      Optional<UsageReader.Usage> usage =
          Optional.ofNullable(usages.get(tenant.shard())).map(u -> u.get(tenant.schema()));
      statuses.add(
          new TopologyStatus.TenantStatus(
              tenant.name().value(),
              tenant.shard().value(),
              tenant.schema().value(),
              usage.map(UsageReader.Usage::tables),
              usage.map(UsageReader.Usage::bytes),
              Optional.ofNullable(survey.migrations().get(tenant)).map(m -> m.pending().size()),
              state(survey, tenant, drifted)));
    }
    return statuses;
  }

  private TopologyStatus.State state(Survey survey, Tenant tenant, Set<Tenant> drifted) {
    if (!survey.snapshots().containsKey(tenant.shard()) || survey.veneers().isEmpty()) {
      return TopologyStatus.State.UNKNOWN;
    }
    if (!survey.hasSchema(tenant.shard(), tenant.schema())) {
      return TopologyStatus.State.MISSING;
    }
    MigrationStatus migrations = survey.migrations().get(tenant);
    if (migrations != null && migrations.isBlocked()) {
      return TopologyStatus.State.BLOCKED;
    }
    if (survey.isBehind(tenant)) {
      return TopologyStatus.State.BEHIND;
    }
    return drifted.contains(tenant) ? TopologyStatus.State.DRIFTED : TopologyStatus.State.IN_STEP;
  }
}
