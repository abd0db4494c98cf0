package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.catalog.JobReader;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.plan.Action;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.PartitionRules;
import org.partitionproxy.topology.PartitionSchedule;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/**
 * Has pg_cron make partitions ahead on the shards that have it, one job for all tenants of a shard.
 * Jobs of others are let alone.
 *
 * @see <a href="https://github.com/citusdata/pg_cron">pg_cron</a>
 */
final class JobPlanner {

  private static final int FIRST_WITH_DATABASES = 104;
  private static final int FIRST_WITH_SECONDS = 105;

  private final Topology topology;
  private final Sessions sessions;
  private final JobReader reader = new JobReader();

  JobPlanner(Topology topology, Sessions sessions) {
    this.topology = topology;
    this.sessions = sessions;
  }

  /**
   * @param notes by table, why there is no job
   */
  record Jobs(List<Change> changes, List<Note> notes) {

    static final Jobs NONE = new Jobs(List.of(), List.of());

    /** Why a table's schedule is not kept on a shard. */
    record Note(Identifier table, String text) {}
  }

  /** pg_cron as it is on a server, seen from the database where its jobs are. */
  record Cron(Optional<Integer> version, List<ScheduledJob> jobs) {}

  /**
   * @param found what the shard's policies can be applied to
   */
  Jobs plan(ServerDefinition shard, PolicyFindings found) {
    List<PartitionRules> scheduled =
        topology.partitions().stream()
            .filter(rules -> rules.policy().schedule().isPresent())
            .filter(
                rules ->
                    found.wanted().stream().anyMatch(r -> r.table().name().equals(rules.table())))
            .toList();
    return plan(shard, scheduled);
  }

  private Jobs plan(ServerDefinition shard, List<PartitionRules> scheduled) {
    Optional<Identifier> database = sessions.with(shard, reader::database);
    if (database.isEmpty()) {
      return without(shard, scheduled, "has no pg_cron");
    }
    boolean here = database.get().equals(shard.database());
    if (!here && !database.get().equals(Connector.MAINTENANCE_DATABASE)) {
      return without(
          shard, scheduled, "has pg_cron in database \"" + database.get() + "\", not in postgres");
    }
    Cron cron =
        here ? sessions.with(shard, this::cron) : sessions.withMaintenance(shard, this::cron);
    if (cron.version().isEmpty()) {
      return without(
          shard,
          scheduled,
          "has loaded pg_cron, but CREATE EXTENSION pg_cron wasn't run in database \""
              + database.get()
              + "\"");
    }
    if (cron.version().get() < FIRST_WITH_DATABASES) {
      return without(shard, scheduled, "has a pg_cron older than 1.4");
    }
    return plan(shard, scheduled, cron, here);
  }

  /** Changes after which none of ppp's jobs in the shard's database are left. */
  List<Change> removal(ServerDefinition shard) {
    return plan(shard, List.of()).changes();
  }

  private Cron cron(Session session) {
    Optional<Integer> version = reader.version(session);
    return new Cron(version, version.isPresent() ? reader.jobs(session) : List.of());
  }

  private static Jobs without(ServerDefinition shard, List<PartitionRules> scheduled, String why) {
    return new Jobs(
        List.of(),
        scheduled.stream().map(rules -> new Jobs.Note(rules.table(), text(shard, why))).toList());
  }

  private static String text(ServerDefinition shard, String why) {
    return shard.title()
        + " "
        + why
        + ", so nothing keeps the schedule there;"
        + " `ppp partitions maintain --watch 60s` makes partitions in time";
  }

  static Jobs plan(
      ServerDefinition shard, List<PartitionRules> scheduled, Cron cron, boolean here) {
    List<Change> changes = new ArrayList<>();
    List<Jobs.Note> notes = new ArrayList<>();
    List<ScheduledJob> ours =
        cron.jobs().stream()
            .filter(job -> job.isOurs() && job.database().equals(shard.database().value()))
            .toList();
    List<ScheduledJob> wanted = scheduled.stream().map(rules -> job(shard, rules)).toList();
    List<String> names = wanted.stream().map(ScheduledJob::name).toList();
    for (ScheduledJob job : ours) {
      if (!names.contains(job.name())) {
        changes.add(
            change(
                Action.DROP,
                job,
                here,
                Sql.of("SELECT cron.unschedule({})", Sql.number(job.id()))));
      }
    }
    for (int i = 0; i < wanted.size(); i++) {
      ScheduledJob job = wanted.get(i);
      Identifier table = scheduled.get(i).table();
      Optional<ScheduledJob> known =
          cron.jobs().stream().filter(j -> j.name().equals(job.name())).findFirst();
      if (known.isPresent() && !ours.contains(known.get())) {
        notes.add(
            new Jobs.Note(
                table,
                shard.title()
                    + " has a job \""
                    + job.name()
                    + "\" that ppp did not make; give this one another name with job:"));
      } else if (job.schedule().contains("second")
          && cron.version().orElse(0) < FIRST_WITH_SECONDS) {
        notes.add(
            new Jobs.Note(
                table, text(shard, "has a pg_cron that can't count seconds, as 1.5 can")));
      } else if (known.isEmpty()) {
        changes.add(change(Action.CREATE, job, here, schedule(job)));
      } else if (!known.get().schedule().equals(job.schedule())
          || !known.get().command().equals(job.command())) {
        changes.add(change(Action.ALTER, job, here, schedule(job)));
      }
    }
    return new Jobs(changes, notes);
  }

  /** As it should be; its number isn't known before it is there. */
  private static ScheduledJob job(ServerDefinition shard, PartitionRules rules) {
    PartitionSchedule schedule = rules.policy().schedule().orElseThrow();
    String name =
        schedule.job().orElse("ppp partitions of " + rules.table() + " in " + shard.database());
    return new ScheduledJob(
        0, name, schedule.when(), ScheduledJob.making(rules.table()), shard.database().value());
  }

  private static Sql schedule(ScheduledJob job) {
    return Sql.of(
        "SELECT cron.schedule_in_database({}, {}, {}, {})",
        Literal.of(job.name()),
        Literal.of(job.schedule()),
        Literal.of(job.command()),
        Literal.of(job.database()));
  }

  /** In the maintenance database, which has no part in transactions of the shard's. */
  private static Change change(Action action, ScheduledJob job, boolean here, Sql statement) {
    return new Change(
        Stage.PARTITIONS,
        action,
        ObjectKind.JOB,
        job.name() + " (" + job.schedule() + ")",
        Optional.empty(),
        List.of(statement),
        here ? Change.Transaction.SUPERUSER : Change.Transaction.NONE,
        Set.of());
  }
}
