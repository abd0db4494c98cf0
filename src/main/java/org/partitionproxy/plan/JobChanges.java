package org.partitionproxy.plan;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.sql.SqlPart;
import org.partitionproxy.state.Cron;
import org.partitionproxy.state.CronJob;
import org.partitionproxy.state.KeptJob;
import org.partitionproxy.state.ScheduledJob;

/** Changes of what runs on a schedule. Whether a job is paused is no difference, and stays. */
public final class JobChanges {

  private JobChanges() {}

  /**
   * pg_cron's jobs for a database; those that ppp did not make stay as they are.
   *
   * @param wanted all that pg_cron is to run there
   */
  public static List<Change> ofCron(Cron cron, Collection<ScheduledJob> wanted, String database) {
    Map<String, ScheduledJob> missing = byTitle(wanted);
    List<Change> changes = new ArrayList<>();
    for (CronJob is : cron.ours(database)) {
      ScheduledJob should = missing.remove(is.name());
      if (should == null) {
        changes.add(
            change(
                Action.DROP,
                is.name(),
                is.schedule(),
                cron.here(),
                Sql.of("SELECT cron.unschedule({})", Sql.number(is.id()))));
      } else if (!is.isFor(should)) {
        changes.add(
            change(
                Action.ALTER, should.title(), should.schedule(), cron.here(), alter(is, should)));
      }
    }
    missing
        .values()
        .forEach(
            job ->
                changes.add(
                    change(
                        Action.CREATE,
                        job.title(),
                        job.schedule(),
                        cron.here(),
                        schedule(job, database))));
    return changes;
  }

  private static Sql schedule(ScheduledJob job, String database) {
    return Sql.of(
        "SELECT cron.schedule_in_database({}, {}, {}, {}, {})",
        Literal.of(job.title()),
        Literal.of(job.schedule()),
        Literal.of(job.command()),
        Literal.of(database),
        Literal.of(job.role().value()));
  }

  private static Sql alter(CronJob is, ScheduledJob should) {
    return Sql.of(
        "SELECT cron.alter_job({}, schedule := {}, command := {}, username := {})",
        Sql.number(is.id()),
        Literal.of(should.schedule()),
        Literal.of(should.command()),
        Literal.of(should.role().value()));
  }

  /**
   * Those that ppp runs itself.
   *
   * @param wanted all that it is to run in this database
   */
  public static List<Change> ofKept(Collection<KeptJob> kept, Collection<ScheduledJob> wanted) {
    Map<String, ScheduledJob> missing = byTitle(wanted);
    List<Change> changes = new ArrayList<>();
    for (KeptJob is : kept) {
      String title = is.job().title();
      ScheduledJob should = missing.remove(title);
      if (should == null) {
        Sql gone = Sql.of("DELETE FROM ppp.job WHERE title = {}", Literal.of(title));
        changes.add(change(Action.DROP, title, is.job().schedule(), true, gone));
      } else if (!is.job().equals(should)) {
        changes.add(change(Action.ALTER, title, should.schedule(), true, write(should)));
      }
    }
    missing
        .values()
        .forEach(
            job ->
                changes.add(change(Action.CREATE, job.title(), job.schedule(), true, write(job))));
    return changes;
  }

  private static Sql write(ScheduledJob job) {
    return Sql.of(
        """
        INSERT INTO ppp.job (title, name, schema, schedule, sql, role, timeout_ms)
        VALUES ({}, {}, {}, {}, {}, {}, {})
        ON CONFLICT (title) DO UPDATE SET (name, schema, schedule, sql, role, timeout_ms)
          = ROW (EXCLUDED.name, EXCLUDED.schema, EXCLUDED.schedule, EXCLUDED.sql, EXCLUDED.role,
            EXCLUDED.timeout_ms)""",
        Literal.of(job.title()),
        Literal.of(job.name()),
        orNull(job.schema().map(schema -> Literal.of(schema.value()))),
        Literal.of(job.schedule()),
        Literal.of(job.sql()),
        Literal.of(job.role().value()),
        orNull(job.timeout().map(Duration::toMillis).map(Sql::number)));
  }

  private static SqlPart orNull(Optional<? extends SqlPart> part) {
    return part.isPresent() ? part.get() : Sql.of("NULL");
  }

  private static Map<String, ScheduledJob> byTitle(Collection<ScheduledJob> jobs) {
    Map<String, ScheduledJob> byTitle = new LinkedHashMap<>();
    jobs.forEach(job -> byTitle.put(job.title(), job));
    return byTitle;
  }

  /**
   * @param here not in the maintenance database, which has no part in transactions of the shard's
   */
  private static Change change(
      Action action, String title, String schedule, boolean here, Sql statement) {
    return new Change(
        Stage.JOBS,
        action,
        ObjectKind.JOB,
        title + " (" + schedule + ")",
        Optional.empty(),
        List.of(statement),
        here ? Change.Transaction.SUPERUSER : Change.Transaction.NONE,
        Set.of());
  }
}
