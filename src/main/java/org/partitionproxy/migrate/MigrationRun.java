package org.partitionproxy.migrate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.partitionproxy.db.Workers;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantName;

/** One run over the tenants that were asked for, after their shards said who is behind. */
final class MigrationRun {

  private final List<Tenant> tenants;
  private final MigrationFolder folder;
  private final Map<ServerName, ShardWork> shards;
  private final Workers workers;
  private final MigrationListener listener;
  private final ParsedScripts scripts = new ParsedScripts();

  private final Set<Tenant> upToDate = new HashSet<>();
  private final Map<Tenant, TenantBehind> behind = new LinkedHashMap<>();
  private final Map<Tenant, TenantOutcome> outcomes = new LinkedHashMap<>();

  /**
   * @param tenants in the order of the result
   */
  MigrationRun(
      List<Tenant> tenants,
      MigrationFolder folder,
      Map<ServerName, ShardWork> shards,
      Workers workers,
      MigrationListener listener) {
    this.tenants = tenants;
    this.folder = folder;
    this.shards = shards;
    this.workers = workers;
    this.listener = listener;
  }

  MigrationResult migrate(List<Survey> surveys, Optional<TenantName> canary) {
    surveys.forEach(this::sortOut);
    listener.surveyed(upToDate.size() + behind.size() + outcomes.size(), behind.size());
    outcomes.values().forEach(this::tell);
    Optional<Tenant> first =
        canary.flatMap(name -> tenants.stream().filter(t -> t.name().equals(name)).findFirst());
    first.map(behind::remove).ifPresent(one -> run(List.of(one)));
    boolean goOn =
        first.isEmpty()
            || upToDate.contains(first.get())
            || outcomes.get(first.get()) instanceof MigratedTenant;
    if (goOn) {
      run(interleaved(behind.values()));
      behind.clear();
    }
    return result(surveys);
  }

  private void sortOut(Survey survey) {
    survey
        .statuses()
        .forEach(
            (tenant, status) -> {
              if (status.isEmpty()) {
                outcomes.put(tenant, Blockers.schemaMissing(tenant));
              } else if (status.get().isBlocked()) {
                outcomes.put(tenant, Blockers.of(tenant, status.get()));
              } else if (status.get().isUpToDate()) {
                upToDate.add(tenant);
              } else {
                behind.put(tenant, new TenantBehind(tenant, status.get().pending()));
              }
            });
  }

  private void run(List<TenantBehind> batch) {
    List<TenantOutcome> done =
        workers.map(
            batch,
            one -> {
              listener.beginning(one.tenant());
              return tell(shardOf(one.tenant()).migrate(one, folder, scripts, listener));
            });
    for (int i = 0; i < batch.size(); i++) {
      outcomes.put(batch.get(i).tenant(), done.get(i));
    }
  }

  private ShardWork shardOf(Tenant tenant) {
    ShardWork shard = shards.get(tenant.shard());
    if (shard == null) {
      throw new IllegalStateException("no such shard: " + tenant.shard());
    }
    return shard;
  }

  private TenantOutcome tell(TenantOutcome outcome) {
    if (outcome instanceof MigratedTenant migrated) {
      listener.migrated(migrated);
    } else if (outcome instanceof FailedTenant failed) {
      listener.failed(failed);
    }
    return outcome;
  }

  /** One of each shard in turn, so that all shards are busy however few jobs there are. */
  private static List<TenantBehind> interleaved(Collection<TenantBehind> behind) {
    Map<ServerName, Deque<TenantBehind>> queues = new LinkedHashMap<>();
    for (TenantBehind one : behind) {
      queues.computeIfAbsent(one.tenant().shard(), s -> new ArrayDeque<>()).add(one);
    }
    List<TenantBehind> order = new ArrayList<>();
    while (order.size() < behind.size()) {
      for (Deque<TenantBehind> queue : queues.values()) {
        if (!queue.isEmpty()) {
          order.add(queue.remove());
        }
      }
    }
    return order;
  }

  private MigrationResult result(List<Survey> surveys) {
    List<UnreachableShard> unreachable = new ArrayList<>();
    surveys.forEach(survey -> survey.unreachable().ifPresent(unreachable::add));
    List<MigratedTenant> migrated = new ArrayList<>();
    List<FailedTenant> failed = new ArrayList<>();
    for (Tenant tenant : tenants) {
      TenantOutcome outcome = outcomes.get(tenant);
      if (outcome instanceof MigratedTenant one) {
        migrated.add(one);
      } else if (outcome instanceof FailedTenant one) {
        failed.add(one);
      }
    }
    unreachable.addAll(lostOnTheWay());
    return new MigrationResult(
        tenants.stream().filter(upToDate::contains).toList(),
        migrated,
        failed,
        tenants.stream().filter(behind::containsKey).toList(),
        unreachable);
  }

  private List<UnreachableShard> lostOnTheWay() {
    Map<ServerName, UnreachableShard> lost = new LinkedHashMap<>();
    for (Tenant tenant : tenants) {
      if (outcomes.get(tenant) instanceof UnreachedTenant one) {
        lost.merge(
            tenant.shard(),
            new UnreachableShard(tenant.shard(), List.of(tenant), one.reason()),
            UnreachableShard::and);
      }
    }
    return List.copyOf(lost.values());
  }
}
