package org.partitionproxy.rollup;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.db.Workers;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.ledger.RollupFunctions;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.RollupRules;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantSelection;
import org.partitionproxy.topology.Topology;

/**
 * Looks at the rollups of all tenants, and refreshes them; can run beside every other command, and
 * beside itself. A shard that is away, and a rollup that fails, stop nothing else.
 */
public final class Rollups {

  /** What a statement says where schema ppp, or one of its functions, is not there. */
  private static final Set<String> NOT_INSTALLED = Set.of("3F000", "42883", "42P01");

  /** What the procedure raises at its end; each rollup's own error stands in the ledger. */
  private static final String RAISED = "P0001";

  private final Topology topology;
  private final Connector connector;
  private final int jobs;

  /**
   * @param jobs how many shards at once, at least 1
   */
  public Rollups(Topology topology, Connector connector, int jobs) {
    this.topology = topology;
    this.connector = connector;
    this.jobs = jobs;
  }

  /** How they are; changes nothing. */
  public RollupsSeen look(TenantSelection selection, List<RollupRules> some) {
    return onShards(selection, (session, tenants) -> look(session, tenants, some));
  }

  /**
   * Refreshes them, one after the other on each shard.
   *
   * @param onlyChanged only those whose tables may have changed, whatever the file says
   */
  public RollupsSeen refresh(
      TenantSelection selection, List<RollupRules> some, boolean onlyChanged) {
    return onShards(
        selection,
        (session, tenants) -> {
          Instant began = now(session);
          some.forEach(rules -> refresh(session, rules, onlyChanged, tenants));
          RollupsSeen seen = look(session, tenants, some);
          List<Diagnostic> problems = new ArrayList<>();
          for (Rollup one : seen.rollups()) {
            one.failure()
                .filter(f -> !f.at().isBefore(began))
                .ifPresent(f -> problems.add(of(one, f)));
          }
          return new RollupsSeen(
              seen.rollups(),
              seen.rollups().stream()
                  .filter(r -> r.last().filter(l -> !l.at().isBefore(began)).isPresent())
                  .toList(),
              problems);
        });
  }

  private static Instant now(Session session) {
    return session
        .query("SELECT pg_catalog.clock_timestamp() AS now", row -> row.instant("now"))
        .get(0);
  }

  private static void refresh(
      Session session, RollupRules rules, boolean onlyChanged, List<Tenant> tenants) {
    List<Identifier> schemas =
        tenants.stream().filter(rules.selection()::has).map(Tenant::schema).toList();
    if (!schemas.isEmpty()) {
      call(session, new RollupFunctions.Turn(rules, onlyChanged, Optional.of(schemas)));
    }
  }

  private static void call(Session session, RollupFunctions.Turn turn) {
    try {
      session.execute(turn.statement());
    } catch (SqlFailure e) {
      if (!e.sqlState().equals(RAISED)) {
        throw e;
      }
    }
  }

  private static Diagnostic of(Rollup rollup, Rollup.Failure failure) {
    return Diagnostic.error(
        Code.ROLLUP_NOT_REFRESHED,
        "rollup \""
            + rollup.name()
            + "\" of tenant \""
            + rollup.tenant()
            + "\" is not refreshed: "
            + failure.error(),
        "It shows what it did before. Mend the cause; its next turn tries again.");
  }

  private static RollupsSeen look(Session session, List<Tenant> tenants, List<RollupRules> some) {
    RollupLook look = new RollupLook(session, tenants);
    return new RollupsSeen(
        some.stream().flatMap(rules -> look.read(rules).stream()).toList(), List.of(), List.of());
  }

  private interface Work {
    RollupsSeen run(Session session, List<Tenant> tenants);
  }

  private RollupsSeen onShards(TenantSelection selection, Work work) {
    List<Tenant> chosen = selection.from(topology);
    List<ServerDefinition> shards =
        topology.shards().stream()
            .filter(shard -> chosen.stream().anyMatch(t -> t.shard().equals(shard.name())))
            .toList();
    List<Rollup> rollups = new ArrayList<>();
    List<Rollup> refreshed = new ArrayList<>();
    List<Diagnostic> problems = new ArrayList<>();
    try (Workers workers = new Workers(Math.max(1, Math.min(jobs, shards.size())))) {
      for (RollupsSeen one :
          workers.map(
              shards,
              shard ->
                  onShard(
                      shard,
                      chosen.stream().filter(t -> t.shard().equals(shard.name())).toList(),
                      work))) {
        rollups.addAll(one.rollups());
        refreshed.addAll(one.refreshed());
        problems.addAll(one.problems());
      }
    }
    return new RollupsSeen(rollups, refreshed, problems);
  }

  private RollupsSeen onShard(ServerDefinition shard, List<Tenant> tenants, Work work) {
    try (Session session = connector.superuser(shard)) {
      return work.run(session, tenants);
    } catch (SqlFailure e) {
      return new RollupsSeen(
          List.of(),
          List.of(),
          NOT_INSTALLED.contains(e.sqlState()) ? List.of(uninitialized(shard)) : e.diagnostics());
    } catch (PppException e) {
      return new RollupsSeen(List.of(), List.of(), e.diagnostics());
    }
  }

  private static Diagnostic uninitialized(ServerDefinition shard) {
    return Diagnostic.error(
        Code.NOT_INITIALIZED,
        shard.title() + " has none of ppp's functions for rollups",
        "Run `ppp initialize`: it installs them.");
  }
}
