package org.partitionproxy.job;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.partitionproxy.catalog.JobReader;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.db.Workers;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.diagnostic.Suggestion;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.CronJob;
import org.partitionproxy.state.JobHistory;
import org.partitionproxy.state.JobRun;
import org.partitionproxy.state.KeptJob;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantSelection;
import org.partitionproxy.topology.Topology;

/** All jobs on all shards, and what can be done with them by hand. */
public final class JobBoard {

  private static final String PAUSE_LATER =
      "INSERT INTO ppp.job_pause (name) VALUES (?) ON CONFLICT DO NOTHING";

  private static final String RESUME_LATER = "DELETE FROM ppp.job_pause WHERE name = ?";

  private final Topology topology;
  private final Connector connector;
  private final Clock clock;
  private final JobReader reader = new JobReader();

  public JobBoard(Topology topology, Connector connector, Clock clock) {
    this.topology = topology;
    this.connector = connector;
    this.clock = clock;
  }

  /**
   * What was seen.
   *
   * @param problems shards that are away
   */
  public record Listing(List<JobStatus> jobs, List<Diagnostic> problems) {}

  /**
   * Those of a selection of tenants, and those of no tenant on their shards.
   *
   * @param name of one job; empty for all
   * @param runs how many of each
   * @throws PppException {@link Code#JOB_UNKNOWN} if nothing is called so
   */
  public Listing list(TenantSelection selection, Optional<String> name, int runs) {
    List<Diagnostic> problems = new ArrayList<>();
    List<JobStatus> all = new ArrayList<>();
    for (List<JobStatus> some :
        onShards((shard, session) -> jobs(shard, session, runs), problems).values()) {
      all.addAll(some);
    }
    List<JobStatus> named =
        all.stream().filter(one -> name.map(one.job().name()::equals).orElse(true)).toList();
    if (named.isEmpty() && name.isPresent() && problems.isEmpty()) {
      throw unknown(name.get(), all.stream().map(one -> one.job().name()).distinct().toList());
    }
    List<Tenant> tenants = selection.from(topology);
    return new Listing(
        named.stream().filter(one -> isMeant(one, selection, tenants)).toList(), problems);
  }

  private static PppException unknown(String name, List<String> names) {
    return new PppException(
        Diagnostic.error(
            Code.JOB_UNKNOWN,
            "no job is called \"" + name + "\"",
            names.isEmpty()
                ? "There are none; jobs: in shards.yaml declares them."
                : "Jobs are "
                    + String.join(", ", names)
                    + "."
                    + Suggestion.didYouMean(name, names)));
  }

  private static boolean isMeant(
      JobStatus status, TenantSelection selection, List<Tenant> tenants) {
    Optional<Identifier> schema = status.job().schema();
    return schema.isPresent()
        ? tenants.stream().anyMatch(t -> t.schema().equals(schema.get()))
        : selection.isWhole(status.shard());
  }

  /**
   * Has jobs run on their schedule no more, or again. What runs goes on to its end.
   *
   * @param name of all of them: those that come later on the shards that are meant are as these,
   *     unless only some tenants are
   * @throws SqlFailure if a shard can't be reached; others have been told then
   */
  public void pause(String name, TenantSelection selection, List<JobStatus> jobs, boolean paused) {
    for (ServerDefinition shard : topology.shards()) {
      List<JobStatus> here = jobs.stream().filter(one -> one.shard().equals(shard.name())).toList();
      boolean later = selection.tenants().isEmpty() && isMeant(shard, selection);
      if (later || !here.isEmpty()) {
        try (Session session = connector.superuser(shard)) {
          if (reader.isKeeping(session)) {
            if (later) {
              session.update(paused ? PAUSE_LATER : RESUME_LATER, name);
            }
            pause(shard, session, here, paused);
          }
        }
      }
    }
  }

  private static boolean isMeant(ServerDefinition shard, TenantSelection selection) {
    return selection.shards().isEmpty()
        || selection.shards().stream().anyMatch(glob -> glob.matches(shard.name().value()));
  }

  private void pause(
      ServerDefinition shard, Session session, List<JobStatus> jobs, boolean paused) {
    session.update(
        "UPDATE ppp.job SET paused = ? WHERE title = ANY (?)",
        paused,
        jobs.stream().filter(one -> one.cronId().isEmpty()).map(one -> one.job().title()).toList());
    reader.setActive(
        session,
        work -> maintenance(shard, work),
        jobs.stream().flatMap(one -> one.cronId().stream()).toList(),
        !paused);
  }

  /**
   * Runs one now, by this process, whoever runs it on its schedule; the shard remembers it.
   *
   * @throws PppException {@link Code#JOB_IS_RUNNING} if it runs already
   */
  public JobRun runNow(JobStatus status) {
    ServerDefinition shard = topology.findServer(status.shard().value()).orElseThrow();
    String title = status.job().title();
    try (Session maintenance = connector.maintenance(shard);
        Session book = connector.superuser(shard);
        JobSession session = new JobSession(shard, topology, connector, clock)) {
      JobLeadership leadership = new JobLeadership(maintenance);
      if (!leadership.begin(title)) {
        throw new PppException(
            Diagnostic.error(
                Code.JOB_IS_RUNNING,
                "job \"" + title + "\" runs already",
                "Wait for its end; `ppp jobs history` shows it then."));
      }
      JobRun run = session.run(status.job());
      JobBook.write(book, title, run);
      return run;
    }
  }

  private List<JobStatus> jobs(ServerDefinition shard, Session session, int most) {
    JobReader.Maintenance maintenance = work -> maintenance(shard, work);
    Map<String, ScheduledJob> declared = declared(shard);
    Map<String, ScheduledJob> known = new LinkedHashMap<>(declared);
    // Whether a shard has tables for these is not looked for here.
    new PartitionJobs(topology, (where, table) -> true)
        .on(shard)
        .forEach(job -> known.put(job.title(), job));
    List<JobHistory> ofCron = reader.histories(session, maintenance, "", most);
    List<KeptJob> kept = reader.kept(session);
    Map<String, List<JobRun>> runs =
        reader.isKeeping(session)
            ? JobBook.latest(session, ofCron.stream().map(one -> one.job().name()).toList(), most)
            : Map.of();
    List<JobStatus> all = new ArrayList<>();
    for (JobHistory one : ofCron) {
      declared.remove(one.job().name());
      ScheduledJob named = known.get(one.job().name());
      ScheduledJob job = named == null ? unnamed(one.job()) : named;
      all.add(ofCron(shard, one, job, runs.getOrDefault(job.title(), List.of()), most));
    }
    boolean led = !kept.isEmpty() && isLed(shard);
    for (KeptJob one : kept) {
      declared.remove(one.job().title());
      all.add(kept(shard, one, led, runs.getOrDefault(one.job().title(), List.of())));
    }
    declared
        .values()
        .forEach(
            job ->
                all.add(
                    new JobStatus(
                        shard.name(),
                        job,
                        JobStatus.Keeper.NOT_MADE,
                        Optional.empty(),
                        false,
                        List.of(),
                        Optional.empty())));
    return all;
  }

  private Map<String, ScheduledJob> declared(ServerDefinition shard) {
    Map<String, ScheduledJob> declared = new LinkedHashMap<>();
    Stream.of(new DeclaredJobs(topology), new RollupJobs(topology))
        .flatMap(source -> source.on(shard).stream())
        .forEach(job -> declared.put(job.title(), job));
    return declared;
  }

  /** Of runs by hand too. */
  private JobStatus ofCron(
      ServerDefinition shard, JobHistory history, ScheduledJob job, List<JobRun> byHand, int most) {
    List<JobRun> runs = new ArrayList<>(history.runs());
    runs.addAll(byHand);
    runs.sort(Comparator.comparing((JobRun run) -> run.started().orElse(Instant.MAX)).reversed());
    return new JobStatus(
        shard.name(),
        job,
        JobStatus.Keeper.PG_CRON,
        Optional.of(history.job().id()),
        !history.job().active(),
        runs.subList(0, Math.min(most, runs.size())),
        history.job().active() ? nextOfCron(history) : Optional.empty());
  }

  /** pg_cron counts seconds from where a job's last run began. */
  private Optional<Instant> nextOfCron(JobHistory history) {
    Optional<Duration> interval = JobTimes.interval(history.job().schedule());
    if (interval.isEmpty()) {
      return next(history.job().schedule());
    }
    Instant now = clock.instant();
    return history.runs().stream()
        .findFirst()
        .flatMap(JobRun::started)
        .map(start -> start.plus(interval.get()))
        .map(due -> due.isBefore(now) ? now : due);
  }

  private JobStatus kept(ServerDefinition shard, KeptJob kept, boolean led, List<JobRun> runs) {
    return new JobStatus(
        shard.name(),
        kept.job(),
        led ? JobStatus.Keeper.RUNNER : JobStatus.Keeper.NO_RUNNER,
        Optional.empty(),
        kept.paused(),
        runs,
        led && !kept.paused() ? next(kept.job().schedule()) : Optional.empty());
  }

  private Optional<Instant> next(String schedule) {
    return Optional.of(JobTimes.of(schedule).next(clock.instant()))
        .filter(at -> at.isBefore(Instant.MAX));
  }

  /** One of ppp's that shards.yaml has no more. */
  private static ScheduledJob unnamed(CronJob job) {
    return new ScheduledJob(
        job.name(),
        job.name(),
        Optional.empty(),
        job.schedule(),
        job.command().substring(ScheduledJob.MARK.length()),
        Identifier.of(job.role()),
        Optional.empty());
  }

  private boolean isLed(ServerDefinition shard) {
    try (Session maintenance = connector.maintenance(shard)) {
      return new JobLeadership(maintenance).holder().isPresent();
    }
  }

  private void maintenance(ServerDefinition shard, Consumer<Session> work) {
    try (Session maintenance = connector.maintenance(shard)) {
      work.accept(maintenance);
    }
  }

  private <T> Map<ServerDefinition, T> onShards(
      BiFunction<ServerDefinition, Session, T> work, List<Diagnostic> problems) {
    Map<ServerDefinition, T> results = new LinkedHashMap<>();
    try (Workers workers = new Workers(Math.max(1, topology.shards().size()))) {
      List<Optional<T>> found =
          workers.map(
              topology.shards(),
              shard -> {
                try (Session session = connector.superuser(shard)) {
                  return Optional.of(work.apply(shard, session));
                } catch (SqlFailure e) {
                  synchronized (problems) {
                    problems.addAll(e.diagnostics());
                  }
                  return Optional.empty();
                }
              });
      for (int i = 0; i < found.size(); i++) {
        ServerDefinition shard = topology.shards().get(i);
        found.get(i).ifPresent(result -> results.put(shard, result));
      }
    }
    return results;
  }
}
