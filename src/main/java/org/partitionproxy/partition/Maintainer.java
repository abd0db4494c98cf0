package org.partitionproxy.partition;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.ShortLock;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.db.Workers;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantSelection;
import org.partitionproxy.topology.Topology;

/**
 * Sees to the partitions of all tenants' tables, as the policies on their shards say: makes what is
 * missing, retires what is old. Takes no lock but short ones, so that it can run beside every other
 * command, and beside itself; killed at any moment, the next run goes on from what it finds.
 */
public final class Maintainer {

  private final Topology topology;
  private final Connector connector;
  private final int jobs;
  private final ShortLock locks;

  /**
   * @param jobs how many shards at once, at least 1; more than there are shards, how many sessions
   */
  public Maintainer(Topology topology, Connector connector, int jobs) {
    this(topology, connector, jobs, ShortLock.DEFAULT);
  }

  Maintainer(Topology topology, Connector connector, int jobs, ShortLock locks) {
    this.topology = topology;
    this.connector = connector;
    this.jobs = jobs;
    this.locks = locks;
  }

  /** What to do. */
  public enum Mode {
    /** Nothing; say what the others would do. */
    PLAN,
    MAINTAIN,
    /** Move rows that are in the way out of default partitions, too. */
    DRAIN
  }

  /** How the tables are, with sizes, and rows of default partitions counted; changes nothing. */
  public TablesSeen look(TenantSelection selection) {
    return look(selection, true);
  }

  /** The same without sizes and counts: one query a shard, and nothing of the tables is read. */
  public TablesSeen glance(TenantSelection selection) {
    return look(selection, false);
  }

  private TablesSeen look(TenantSelection selection, boolean whole) {
    List<PartitionedTable> tables = new ArrayList<>();
    List<ShardJob> scheduled = new ArrayList<>();
    List<Diagnostic> problems = new ArrayList<>();
    JobLook look = new JobLook(connector);
    Work work =
        (session, tenants, report) ->
            new Seen(
                new PartitionReader(session, tenants).read(whole),
                whole ? look.at(session, report) : List.of());
    for (ShardResult result : onShards(selection, work, new SpareSessions(1, 1), deed -> {})) {
      tables.addAll(result.seen().tables());
      scheduled.addAll(result.seen().jobs());
      problems.addAll(result.problems());
    }
    return new TablesSeen(tables, scheduled, problems);
  }

  /**
   * A shard that is away, and a table that fails, stop nothing else.
   *
   * @param listener is told of each deed at once, by several threads
   */
  public Maintenance run(TenantSelection selection, Mode mode, Consumer<Deed> listener) {
    List<Deed> deeds = new ArrayList<>();
    List<Diagnostic> problems = new ArrayList<>();
    Set<ServerName> away = new LinkedHashSet<>();
    SpareSessions spare = new SpareSessions(jobs, byShard(selection).size());
    Work work =
        (session, tenants, report) -> {
          List<PartitionedTable> tables = new PartitionReader(session, tenants).read(false);
          ShardMaintenance.Others others =
              new ShardMaintenance.Others(spare, () -> connector.superuser(session.server()));
          ShardMaintenance shard = new ShardMaintenance(session, others, tenants, locks, report);
          if (mode == Mode.PLAN) {
            shard.plan(tables);
          } else {
            shard.run(tables, mode == Mode.DRAIN);
          }
          return new Seen(tables, List.of());
        };
    for (ShardResult result : onShards(selection, work, spare, listener)) {
      deeds.addAll(result.deeds());
      problems.addAll(result.problems());
      if (result.away()) {
        away.add(result.shard());
      }
    }
    return new Maintenance(deeds, problems, away);
  }

  /** What is done on one shard. */
  private interface Work {
    Seen run(Session session, List<Tenant> tenants, Report report);
  }

  /** What there is on one shard. */
  private record Seen(List<PartitionedTable> tables, List<ShardJob> jobs) {

    static final Seen NOTHING = new Seen(List.of(), List.of());
  }

  private record ShardResult(
      ServerName shard, Seen seen, List<Deed> deeds, List<Diagnostic> problems, boolean away) {}

  private Map<ServerDefinition, List<Tenant>> byShard(TenantSelection selection) {
    Map<ServerDefinition, List<Tenant>> byShard = new LinkedHashMap<>();
    List<Tenant> chosen = selection.from(topology);
    for (ServerDefinition shard : topology.shards()) {
      List<Tenant> own = chosen.stream().filter(t -> t.shard().equals(shard.name())).toList();
      if (!own.isEmpty()) {
        byShard.put(shard, own);
      }
    }
    return byShard;
  }

  private List<ShardResult> onShards(
      TenantSelection selection, Work work, SpareSessions spare, Consumer<Deed> listener) {
    Map<ServerDefinition, List<Tenant>> byShard = byShard(selection);
    if (byShard.isEmpty()) {
      return List.of();
    }
    try (Workers workers = new Workers(Math.min(jobs, byShard.size()))) {
      return workers.map(
          byShard.entrySet(),
          entry -> {
            ShardResult result = onShard(entry.getKey(), entry.getValue(), work, listener);
            spare.shardIsDone();
            return result;
          });
    }
  }

  private ShardResult onShard(
      ServerDefinition shard, List<Tenant> tenants, Work work, Consumer<Deed> listener) {
    Report report = new Report(listener);
    Seen seen = Seen.NOTHING;
    boolean away = false;
    try (Session session = connector.superuser(shard)) {
      seen = work.run(session, tenants, report);
    } catch (SqlFailure e) {
      away = e.isUnreachable();
      e.diagnostics().forEach(report::problem);
    } catch (PppException e) {
      e.diagnostics().forEach(report::problem);
    }
    return new ShardResult(shard.name(), seen, report.deeds(), report.problems(), away);
  }
}
