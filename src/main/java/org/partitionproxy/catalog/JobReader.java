package org.partitionproxy.catalog;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.Cron;
import org.partitionproxy.state.CronJob;
import org.partitionproxy.state.JobHistory;
import org.partitionproxy.state.JobRun;
import org.partitionproxy.state.KeptJob;
import org.partitionproxy.state.ScheduledJob;

/**
 * Reads what is to run by itself: pg_cron's jobs, which are in one database of a server whichever
 * they run in, and those that ppp runs.
 */
public final class JobReader {

  private static final int FIRST_WITH_DATABASES = 104;

  private static final String DATABASE =
      "SELECT pg_catalog.current_setting('cron.database_name', true) AS name";

  private static final String SETTINGS =
      """
      SELECT coalesce(pg_catalog.current_setting('cron.use_background_workers', true), 'off')::bool
          AS workers,
        coalesce(pg_catalog.current_setting('cron.max_running_jobs', true), '32')::int AS at_once""";

  /** A ledger of an older ppp has no such table. */
  private static final String KEPT =
      "SELECT pg_catalog.to_regclass('ppp.job') IS NOT NULL AS there";

  private static final String KEPT_JOBS =
      """
      SELECT j.title, j.name, j.schema, j.schedule, j.sql, j.role, j.timeout_ms, j.paused
      FROM ppp.job AS j
      ORDER BY j.title""";

  /** PostgreSQL's version numbers of extensions are text: {@code 1.4-1}. */
  private static final String VERSION =
      """
      SELECT pg_catalog.substring(e.extversion, '^([0-9]+)[.]')::int * 100
        + pg_catalog.substring(e.extversion, '^[0-9]+[.]([0-9]+)')::int AS version
      FROM pg_catalog.pg_extension AS e
      WHERE e.extname = 'pg_cron'""";

  private static final String JOBS =
      """
      SELECT j.jobid, coalesce(j.jobname, '') AS jobname, j.schedule, j.command, j.database,
        j.username, j.active
      FROM cron.job AS j
      ORDER BY j.jobid""";

  /**
   * Only numbers have an index, so older runs than the last ten thousand are not looked for: a job
   * that never ran would cost reading all there are.
   */
  private static final String HISTORIES =
      """
      SELECT j.jobid, coalesce(j.jobname, '') AS jobname, j.schedule, j.command, j.database,
        j.username, j.active, r.status, r.start_time, r.end_time, coalesce(r.return_message, '') AS message
      FROM cron.job AS j
      LEFT JOIN LATERAL (
        SELECT d.runid, d.status, d.start_time, d.end_time, d.return_message
        FROM cron.job_run_details AS d
        WHERE d.jobid = j.jobid
          AND d.runid > (SELECT coalesce(max(l.runid), 0) - 10000 FROM cron.job_run_details AS l)
        ORDER BY d.runid DESC
        LIMIT ?) AS r ON true
      WHERE pg_catalog.starts_with(j.command, ?) AND j.database = ?
      ORDER BY j.jobid, r.runid DESC""";

  /** What ppp itself is to run in this database. */
  public List<KeptJob> kept(Session session) {
    return isKeeping(session) ? session.query(KEPT_JOBS, JobReader::keptJob) : List.of();
  }

  /** Whether a shard has what remembers jobs. */
  public boolean isKeeping(Session session) {
    return session.query(KEPT, row -> row.bool("there")).get(0);
  }

  /** pg_cron as the database of a session can have it. */
  public Cron cron(Session session, Maintenance maintenance) {
    Identifier database = session.server().database();
    return inHome(
            session,
            maintenance,
            (home, here) -> {
              Optional<Integer> version = version(home);
              if (version.isEmpty()) {
                return Cron.absent(
                    "has loaded pg_cron, but CREATE EXTENSION pg_cron wasn't run in database \""
                        + (here ? database : Connector.MAINTENANCE_DATABASE)
                        + "\"");
              }
              if (version.get() < FIRST_WITH_DATABASES) {
                return Cron.absent("has a pg_cron older than 1.4");
              }
              return home.query(
                      SETTINGS,
                      row ->
                          new Cron(
                              Optional.empty(),
                              version.get(),
                              here,
                              row.bool("workers"),
                              row.integer("at_once"),
                              home.query(JOBS, JobReader::job)))
                  .get(0);
            })
        .orElseGet(
            () ->
                Cron.absent(
                    database(session)
                        .map(name -> "has pg_cron in database \"" + name + "\", not in postgres")
                        .orElse("has no pg_cron")));
  }

  /**
   * ppp's jobs of pg_cron that work in the database of a session, with their last runs.
   *
   * @param sql how theirs begins
   * @param runs how many of each
   */
  public List<JobHistory> histories(
      Session session, Maintenance maintenance, String sql, int runs) {
    return inHome(
            session,
            maintenance,
            (home, here) ->
                version(home).isPresent()
                    ? histories(home, session.server().database(), ScheduledJob.MARK + sql, runs)
                    : List.<JobHistory>of())
        .orElse(List.of());
  }

  /** Switches jobs of pg_cron on or off. */
  public void setActive(Session session, Maintenance maintenance, List<Long> ids, boolean active) {
    if (!ids.isEmpty()) {
      inHome(
          session,
          maintenance,
          (home, here) ->
              home.query(
                  "SELECT cron.alter_job(j.id::bigint, active := ?) IS NULL AS done"
                      + " FROM pg_catalog.unnest(?::text[]) AS j (id)",
                  row -> row.bool("done"),
                  active,
                  ids.stream().map(String::valueOf).toList()));
    }
  }

  /** Lends a session in the maintenance database of the same server. */
  @FunctionalInterface
  public interface Maintenance {

    /** Calls {@code work} once, with the session. */
    void lend(Consumer<Session> work);
  }

  interface AtHome<T> {
    T apply(Session home, boolean here);
  }

  /** Empty where pg_cron's tables are in neither database, or nowhere. */
  static <T> Optional<T> inHome(Session session, Maintenance maintenance, AtHome<T> work) {
    Optional<Identifier> home = database(session);
    if (home.equals(Optional.of(session.server().database()))) {
      return Optional.of(work.apply(session, true));
    }
    if (!home.equals(Optional.of(Connector.MAINTENANCE_DATABASE))) {
      return Optional.empty();
    }
    List<T> results = new ArrayList<>();
    maintenance.lend(lent -> results.add(work.apply(lent, false)));
    return Optional.of(results.get(0));
  }

  static Optional<Integer> version(Session home) {
    return home.queryOne(VERSION, row -> row.integer("version"));
  }

  /** Where its jobs are; empty where the server has not loaded pg_cron. */
  private static Optional<Identifier> database(Session session) {
    return session
        .query(DATABASE, row -> row.findString("name").filter(name -> !name.isEmpty()))
        .get(0)
        .map(Identifier::of);
  }

  private static List<JobHistory> histories(
      Session home, Identifier database, String command, int most) {
    Map<CronJob, List<JobRun>> runs = new LinkedHashMap<>();
    home.forEach(
        HISTORIES,
        row -> {
          List<JobRun> own = runs.computeIfAbsent(job(row), j -> new ArrayList<>());
          row.findString("status").ifPresent(status -> own.add(run(status, row)));
        },
        most,
        command,
        database.value());
    return runs.entrySet().stream()
        .map(one -> new JobHistory(one.getKey(), one.getValue()))
        .toList();
  }

  private static JobRun run(String status, Row row) {
    return new JobRun(
        status, row.findInstant("start_time"), row.findInstant("end_time"), row.string("message"));
  }

  private static CronJob job(Row row) {
    return new CronJob(
        row.number("jobid"),
        row.string("jobname"),
        row.string("schedule"),
        row.string("command"),
        row.string("database"),
        row.string("username"),
        row.bool("active"));
  }

  private static KeptJob keptJob(Row row) {
    return new KeptJob(
        new ScheduledJob(
            row.string("title"),
            row.string("name"),
            row.findString("schema").map(Identifier::of),
            row.string("schedule"),
            row.string("sql"),
            row.identifier("role"),
            row.findString("timeout_ms").map(Long::parseLong).map(Duration::ofMillis)),
        row.bool("paused"));
  }
}
