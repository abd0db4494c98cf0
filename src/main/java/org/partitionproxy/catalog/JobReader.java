package org.partitionproxy.catalog;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
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

  /** The view has no parameters of libraries that are not loaded, though somebody set them. */
  private static final String DATABASE =
      """
      SELECT s.setting
      FROM pg_catalog.pg_settings AS s
      WHERE s.name = 'cron.database_name'""";

  private static final String AVAILABLE =
      """
      SELECT a.name
      FROM pg_catalog.pg_available_extensions AS a
      WHERE a.name = 'pg_cron'""";

  private static final String SETTINGS =
      """
      SELECT coalesce(pg_catalog.current_setting('cron.use_background_workers', true), 'off')::bool
          AS workers,
        coalesce(pg_catalog.current_setting('cron.max_running_jobs', true), '32')::int AS at_once""";

  /** A ledger of an older ppp has not all tables. */
  private static final String TABLE = "SELECT pg_catalog.to_regclass(?) IS NOT NULL AS there";

  private static final String KEPT_JOBS =
      """
      SELECT j.title, j.name, j.schema, j.schedule, j.sql, j.role, j.timeout_ms, j.paused
      FROM ppp.job AS j
      ORDER BY j.title""";

  private static final String IS_THERE =
      "SELECT e.extname FROM pg_catalog.pg_extension AS e WHERE e.extname = 'pg_cron'";

  /**
   * The extension, or what CREATE EXTENSION would make. PostgreSQL's version numbers of extensions
   * are text: {@code 1.4-1}.
   */
  private static final String EXTENSION =
      """
      SELECT x.oid IS NOT NULL AS there,
        pg_catalog.obj_description(x.oid, 'pg_extension') IS NOT DISTINCT FROM ? AS ours,
        pg_catalog.substring(v.version, '^([0-9]+)[.]')::int * 100
          + pg_catalog.substring(v.version, '^[0-9]+[.]([0-9]+)')::int AS version
      FROM pg_catalog.pg_available_extensions AS a
      LEFT JOIN pg_catalog.pg_extension AS x ON x.extname = a.name
      CROSS JOIN LATERAL (SELECT coalesce(x.extversion, a.default_version)) AS v (version)
      WHERE a.name = 'pg_cron'""";

  private static final String JOBS =
      """
      SELECT j.jobid, coalesce(j.jobname, '') AS jobname, j.schedule, j.command, j.database,
        j.username, j.active
      FROM cron.job AS j
      WHERE j.jobname IS DISTINCT FROM ?
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
    return isThere(session, "ppp.job");
  }

  private static boolean isThere(Session session, String table) {
    return session.query(TABLE, row -> row.bool("there"), table).get(0);
  }

  /** Those that were paused for all. */
  public SortedSet<String> paused(Session session) {
    return isThere(session, "ppp.job_pause")
        ? new TreeSet<>(
            session.query("SELECT p.name FROM ppp.job_pause AS p", row -> row.string("name")))
        : new TreeSet<>();
  }

  /** pg_cron as the database of a session can have it. */
  public Cron cron(Session session, Maintenance maintenance) {
    return inHome(session, maintenance, JobReader::cron).orElseGet(() -> absent(session));
  }

  private static Cron absent(Session session) {
    Optional<Identifier> home = database(session);
    if (home.isPresent()) {
      return Cron.absent("has pg_cron in database \"" + home.get() + "\", not in postgres");
    }
    return Cron.absent(
        session.query(AVAILABLE, row -> row.string("name")).isEmpty()
            ? "has no pg_cron"
            : Cron.NOT_LOADED);
  }

  private static Cron cron(Session home, boolean here) {
    record Made(Cron.Extension extension, int version) {}
    Optional<Made> made =
        home.queryOne(
            EXTENSION,
            row ->
                new Made(
                    !row.bool("there")
                        ? Cron.Extension.MISSING
                        : row.bool("ours") ? Cron.Extension.OURS : Cron.Extension.OTHERS,
                    row.integer("version")),
            Cron.MADE);
    if (made.isEmpty()) {
      return Cron.absent("has loaded pg_cron, but lacks the files of its extension");
    }
    if (made.get().version() < FIRST_WITH_DATABASES) {
      return Cron.absent("has a pg_cron older than 1.4");
    }
    return home.query(
            SETTINGS,
            row ->
                new Cron(
                    Optional.empty(),
                    made.get().extension(),
                    made.get().version(),
                    here,
                    row.bool("workers"),
                    row.integer("at_once"),
                    made.get().extension() == Cron.Extension.MISSING
                        ? List.of()
                        : home.query(JOBS, JobReader::job, Cron.UPKEEP)))
        .get(0);
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
                isThere(home)
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

  static boolean isThere(Session home) {
    return home.queryOne(IS_THERE, row -> row.string("extname")).isPresent();
  }

  /** Where its jobs are; empty where the server has not loaded pg_cron. */
  private static Optional<Identifier> database(Session session) {
    return session
        .queryOne(DATABASE, row -> row.string("setting"))
        .filter(name -> !name.isEmpty())
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
