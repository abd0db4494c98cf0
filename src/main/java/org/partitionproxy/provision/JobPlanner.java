package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.catalog.JobReader;
import org.partitionproxy.db.Session;
import org.partitionproxy.job.DeclaredJobs;
import org.partitionproxy.job.JobSource;
import org.partitionproxy.job.PartitionJobs;
import org.partitionproxy.job.RollupJobs;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.JobChanges;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.Cron;
import org.partitionproxy.state.KeptJob;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/**
 * Has all jobs of a shard run, whoever wants them: by pg_cron what it can, by {@code ppp jobs run}
 * the rest. Jobs of others are let alone.
 *
 * @see <a href="https://github.com/citusdata/pg_cron">pg_cron</a>
 */
final class JobPlanner {

  private static final int NAMES_SHOWN = 5;
  private static final String PRELOADED = "shared_preload_libraries";

  private final Topology topology;
  private final Sessions sessions;
  private final boolean ownServers;
  private final JobReader reader = new JobReader();

  /**
   * @param ownServers whether ppp starts the servers
   */
  JobPlanner(Topology topology, Sessions sessions, boolean ownServers) {
    this.ownServers = ownServers;
    this.topology = topology;
    this.sessions = sessions;
  }

  /**
   * @param changes by shard
   * @param notes who runs what pg_cron does not, and what waits there
   */
  record JobPlan(Map<ServerDefinition, List<Change>> changes, List<String> notes) {

    static final JobPlan NONE = new JobPlan(Map.of(), List.of());

    List<Change> on(ServerDefinition server) {
      return changes.getOrDefault(server, List.of());
    }
  }

  /**
   * What a shard has.
   *
   * @param paused the names of those that were paused for all
   */
  record ShardJobs(Cron cron, List<KeptJob> kept, SortedSet<String> paused) {

    /** As it was with the other scheduler, or as all of its name are. */
    boolean isPaused(ScheduledJob job, String database) {
      Stream<Boolean> before =
          Stream.concat(
              kept.stream().filter(is -> is.job().title().equals(job.title())).map(KeptJob::paused),
              cron.ours(database).stream()
                  .filter(is -> is.name().equals(job.title()))
                  .map(is -> !is.active()));
      return before.findFirst().orElseGet(() -> paused.contains(job.name()));
    }
  }

  /**
   * @param shards that answer and have a ledger
   * @param findings what their policies can be applied to
   */
  JobPlan plan(
      Collection<ServerDefinition> shards, Map<ServerDefinition, PolicyFindings> findings) {
    List<JobSource> sources =
        List.of(
            new DeclaredJobs(topology),
            new PartitionJobs(topology, (shard, table) -> isNeeded(findings, shard, table)),
            new RollupJobs(topology));
    Map<ServerDefinition, List<Change>> changes = new LinkedHashMap<>();
    List<String> notes = new ArrayList<>();
    for (ServerDefinition shard : shards) {
      List<ScheduledJob> wanted = sources.stream().flatMap(s -> s.on(shard).stream()).toList();
      JobPlan one = plan(shard, wanted, read(shard));
      changes.put(shard, one.on(shard));
      notes.addAll(one.notes());
    }
    return new JobPlan(changes, notes);
  }

  private static boolean isNeeded(
      Map<ServerDefinition, PolicyFindings> findings, ServerDefinition shard, Identifier table) {
    PolicyFindings found = findings.get(shard);
    return found != null
        && found.wanted().stream().anyMatch(rule -> rule.table().name().equals(table));
  }

  private ShardJobs read(ServerDefinition shard) {
    return sessions.with(
        shard,
        session ->
            new ShardJobs(cron(shard, session), reader.kept(session), reader.paused(session)));
  }

  private Cron cron(ServerDefinition shard, Session session) {
    Cron cron = reader.cron(session, work -> sessions.lendMaintenance(shard, work));
    return cron.absence().equals(Optional.of(Cron.NOT_LOADED))
        ? Cron.absent(Cron.NOT_LOADED + mend(shard, ownServers))
        : cron;
  }

  /** Who has it load the library, which takes a restart. */
  static String mend(ServerDefinition shard, boolean ownServers) {
    if (!ownServers) {
      return " (set shared_preload_libraries there, and restart it)";
    }
    return shard.settings().containsKey(PRELOADED)
        ? " (its `settings: shared_preload_libraries` leaves it out)"
        : " (`ppp stop` and `ppp start` do, unless its image or ALTER SYSTEM leaves it out)";
  }

  /** Changes after which pg_cron has none of ppp's jobs in the shard's database. */
  List<Change> removal(ServerDefinition shard) {
    Cron cron = read(shard).cron();
    List<Change> changes =
        new ArrayList<>(JobChanges.ofCron(cron, List.of(), shard.database().value(), job -> false));
    // Of several databases of a PostgreSQL server the first is torn down last.
    List<ServerDefinition> cluster =
        topology.shards().stream().filter(other -> Clusters.same(other, shard)).toList();
    if (cron.extension() == Cron.Extension.OURS && cluster.get(0).equals(shard)) {
      List<String> databases = cluster.stream().map(s -> s.database().value()).toList();
      boolean shared =
          cron.jobs().stream()
              .anyMatch(job -> !job.isOurs() || !databases.contains(job.database()));
      changes.add(JobChanges.removal(cron, shared));
    }
    return changes;
  }

  /** Changes after which nothing runs there as these tenants. */
  List<Change> removal(ServerDefinition shard, Collection<Tenant> tenants) {
    List<Identifier> roles = tenants.stream().map(Tenant::role).toList();
    ShardJobs is = read(shard);
    List<Change> changes =
        new ArrayList<>(
            JobChanges.ofCron(
                is.cron().only(job -> roles.contains(Identifier.of(job.role()))),
                List.of(),
                shard.database().value(),
                job -> false));
    changes.addAll(
        JobChanges.ofKept(
            is.kept().stream().filter(kept -> roles.contains(kept.job().role())).toList(),
            List.of(),
            job -> false));
    return changes;
  }

  static JobPlan plan(ServerDefinition shard, List<ScheduledJob> wanted, ShardJobs is) {
    String database = shard.database().value();
    List<ScheduledJob> ofCron = new ArrayList<>();
    List<ScheduledJob> kept = new ArrayList<>();
    Map<String, Set<String>> refusals = new LinkedHashMap<>();
    for (ScheduledJob job : wanted) {
      Optional<String> refusal = is.cron().refusal(job, database, shard.user().value());
      (refusal.isPresent() ? kept : ofCron).add(job);
      refusal.ifPresent(
          why -> refusals.computeIfAbsent(why, w -> new LinkedHashSet<>()).add(job.name()));
    }
    Predicate<ScheduledJob> paused = job -> is.isPaused(job, database);
    List<Change> changes = new ArrayList<>(JobChanges.ofCron(is.cron(), ofCron, database, paused));
    changes.addAll(JobChanges.ofKept(is.kept(), kept, paused));
    List<String> notes = new ArrayList<>();
    refusals.forEach(
        (why, names) ->
            notes.add(
                shard.title() + " " + why + ": `ppp jobs run` runs " + some(names) + " there"));
    int most = is.cron().atOnce();
    if (ofCron.size() > most) {
      notes.add(
          shard.title()
              + " has "
              + ofCron.size()
              + " jobs, of which its pg_cron runs "
              + most
              + " at a time (cron.max_running_jobs): of more, some begin late");
    }
    return new JobPlan(Map.of(shard, changes), notes);
  }

  private static String some(Set<String> names) {
    List<String> quoted = names.stream().map(name -> "\"" + name + "\"").toList();
    int shown = Math.min(NAMES_SHOWN, quoted.size());
    return String.join(", ", quoted.subList(0, shown))
        + (quoted.size() > shown ? " and " + (quoted.size() - shown) + " more" : "");
  }
}
