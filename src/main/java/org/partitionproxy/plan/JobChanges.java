package org.partitionproxy.plan;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.sql.SqlPart;
import org.partitionproxy.state.Cron;
import org.partitionproxy.state.CronJob;
import org.partitionproxy.state.KeptJob;
import org.partitionproxy.state.ScheduledJob;

/** Changes of what runs on a schedule. Whether a job is paused is no difference, and stays. */
public final class JobChanges {

  private static final Sql CREATE_EXTENSION =
      Sql.of(
          "DO $$ BEGIN CREATE EXTENSION pg_cron; COMMENT ON EXTENSION pg_cron IS '"
              + Cron.MADE
              + "'; PERFORM cron.schedule('"
              + Cron.UPKEEP
              + "', '*/10 * * * *', 'DELETE FROM cron.job_run_details WHERE runid <="
              + " (SELECT max(runid) - 100000 FROM cron.job_run_details)'); END $$");

  /** Where somebody else has jobs, it is theirs from then on, as if ppp had not made it. */
  private static final Sql DROP_EXTENSION =
      Sql.of(
          "DO $$ BEGIN PERFORM cron.unschedule(jobid) FROM cron.job WHERE jobname = '"
              + Cron.UPKEEP
              + "'; IF EXISTS (SELECT FROM cron.job)"
              + " THEN COMMENT ON EXTENSION pg_cron IS 'Job scheduler for PostgreSQL';"
              + " ELSE DROP EXTENSION pg_cron; END IF; END $$");

  private JobChanges() {}

  /**
   * pg_cron's jobs for a database; those that ppp did not make stay as they are.
   *
   * @param wanted all that pg_cron is to run there
   * @param paused which of those that are made are not to run yet
   */
  public static List<Change> ofCron(
      Cron cron, Collection<ScheduledJob> wanted, String database, Predicate<ScheduledJob> paused) {
    Map<String, ScheduledJob> missing = byTitle(wanted);
    List<Change> changes = new ArrayList<>();
    if (cron.extension() == Cron.Extension.MISSING && !wanted.isEmpty()) {
      changes.add(extension(Action.CREATE, cron.here(), CREATE_EXTENSION));
    }
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
    create(changes, missing, cron.here(), job -> schedule(job, database, !paused.test(job)));
    return changes;
  }

  /**
   * Takes away an extension that ppp made.
   *
   * @param shared whether others have jobs in it, to whom it is left
   */
  public static Change removal(Cron cron, boolean shared) {
    return extension(shared ? Action.ALTER : Action.DROP, cron.here(), DROP_EXTENSION);
  }

  /** In one transaction, wherever it runs: a block is one statement. */
  private static Change extension(Action action, boolean here, Sql statement) {
    return change(action, ObjectKind.EXTENSION, Cron.NAME, here, statement);
  }

  private static Sql schedule(ScheduledJob job, String database, boolean active) {
    return Sql.of(
        "SELECT cron.schedule_in_database({}, {}, {}, {}, {}, {})",
        Literal.of(job.title()),
        Literal.of(ScheduledJob.inCron(job.schedule())),
        Literal.of(job.command()),
        Literal.of(database),
        Literal.of(job.role().value()),
        bool(active));
  }

  private static Sql bool(boolean value) {
    return value ? Sql.of("true") : Sql.of("false");
  }

  private static Sql alter(CronJob is, ScheduledJob should) {
    return Sql.of(
        "SELECT cron.alter_job({}, schedule := {}, command := {}, username := {})",
        Sql.number(is.id()),
        Literal.of(ScheduledJob.inCron(should.schedule())),
        Literal.of(should.command()),
        Literal.of(should.role().value()));
  }

  /**
   * Those that ppp runs itself.
   *
   * @param wanted all that it is to run in this database
   * @param paused which of those that are made are not to run yet
   */
  public static List<Change> ofKept(
      Collection<KeptJob> kept, Collection<ScheduledJob> wanted, Predicate<ScheduledJob> paused) {
    Map<String, ScheduledJob> missing = byTitle(wanted);
    List<Change> changes = new ArrayList<>();
    for (KeptJob is : kept) {
      String title = is.job().title();
      ScheduledJob should = missing.remove(title);
      if (should == null) {
        Sql gone = Sql.of("DELETE FROM ppp.job WHERE title = {}", Literal.of(title));
        changes.add(change(Action.DROP, title, is.job().schedule(), true, gone));
      } else if (!is.job().equals(should)) {
        changes.add(
            change(Action.ALTER, title, should.schedule(), true, write(should, is.paused())));
      }
    }
    create(changes, missing, true, job -> write(job, paused.test(job)));
    return changes;
  }

  private static Sql write(ScheduledJob job, boolean paused) {
    return Sql.of(
        """
        INSERT INTO ppp.job (title, name, schema, schedule, sql, role, timeout_ms, paused)
        VALUES ({}, {}, {}, {}, {}, {}, {}, {})
        ON CONFLICT (title) DO UPDATE SET (name, schema, schedule, sql, role, timeout_ms)
          = ROW (EXCLUDED.name, EXCLUDED.schema, EXCLUDED.schedule, EXCLUDED.sql, EXCLUDED.role,
            EXCLUDED.timeout_ms)""",
        Literal.of(job.title()),
        Literal.of(job.name()),
        orNull(job.schema().map(schema -> Literal.of(schema.value()))),
        Literal.of(job.schedule()),
        Literal.of(job.sql()),
        Literal.of(job.role().value()),
        orNull(job.timeout().map(Duration::toMillis).map(Sql::number)),
        bool(paused));
  }

  private static SqlPart orNull(Optional<? extends SqlPart> part) {
    return part.isPresent() ? part.get() : Sql.of("NULL");
  }

  private static void create(
      List<Change> changes,
      Map<String, ScheduledJob> missing,
      boolean here,
      Function<ScheduledJob, Sql> statement) {
    missing
        .values()
        .forEach(
            job ->
                changes.add(
                    change(
                        Action.CREATE, job.title(), job.schedule(), here, statement.apply(job))));
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
    return change(action, ObjectKind.JOB, title + " (" + schedule + ")", here, statement);
  }

  private static Change change(
      Action action, ObjectKind kind, String name, boolean here, Sql statement) {
    return new Change(
        Stage.JOBS,
        action,
        kind,
        name,
        Optional.empty(),
        List.of(statement),
        here ? Change.Transaction.SUPERUSER : Change.Transaction.NONE,
        Set.of());
  }
}
