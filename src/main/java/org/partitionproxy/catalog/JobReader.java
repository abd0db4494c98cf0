package org.partitionproxy.catalog;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.JobHistory;
import org.partitionproxy.state.JobRun;
import org.partitionproxy.state.ScheduledJob;

/** Reads pg_cron's jobs; they are in one database of a server, whichever they run in. */
public final class JobReader {

  private static final String DATABASE =
      "SELECT pg_catalog.current_setting('cron.database_name', true) AS name";

  /** PostgreSQL's version numbers of extensions are text: {@code 1.4-1}. */
  private static final String VERSION =
      """
      SELECT pg_catalog.substring(e.extversion, '^([0-9]+)[.]')::int * 100
        + pg_catalog.substring(e.extversion, '^[0-9]+[.]([0-9]+)')::int AS version
      FROM pg_catalog.pg_extension AS e
      WHERE e.extname = 'pg_cron'""";

  private static final String JOBS =
      """
      SELECT j.jobid, coalesce(j.jobname, '') AS jobname, j.schedule, j.command, j.database
      FROM cron.job AS j
      ORDER BY j.jobid""";

  /**
   * Only numbers have an index, so older runs than the last ten thousand are not looked for: a job
   * that never ran would cost reading all there are.
   */
  private static final String HISTORIES =
      """
      SELECT j.jobid, coalesce(j.jobname, '') AS jobname, j.schedule, j.command, j.database,
        j.active, r.status, r.start_time, r.end_time, coalesce(r.return_message, '') AS message
      FROM cron.job AS j
      LEFT JOIN LATERAL (
        SELECT d.runid, d.status, d.start_time, d.end_time, d.return_message
        FROM cron.job_run_details AS d
        WHERE d.jobid = j.jobid
          AND d.runid > (SELECT coalesce(max(l.runid), 0) - 10000 FROM cron.job_run_details AS l)
        ORDER BY d.runid DESC
        LIMIT 3) AS r ON true
      WHERE pg_catalog.starts_with(j.command, ?) AND j.database = ?
      ORDER BY j.jobid, r.runid DESC""";

  /** Where its jobs are; empty where the server has not loaded pg_cron. */
  public Optional<Identifier> database(Session session) {
    return session
        .query(DATABASE, row -> row.findString("name").filter(name -> !name.isEmpty()))
        .get(0)
        .map(Identifier::of);
  }

  /** Of the extension in this database, as 104 for 1.4; empty where it was not created. */
  public Optional<Integer> version(Session session) {
    return session.queryOne(VERSION, row -> row.integer("version"));
  }

  /** All jobs; the extension must be there. */
  public List<ScheduledJob> jobs(Session session) {
    return session.query(JOBS, JobReader::job);
  }

  /** ppp's jobs that work in a database, with their last runs; the extension must be there. */
  public List<JobHistory> histories(Session session, Identifier database) {
    Map<ScheduledJob, List<JobRun>> runs = new LinkedHashMap<>();
    Set<ScheduledJob> active = new HashSet<>();
    session.forEach(
        HISTORIES,
        row -> {
          ScheduledJob job = job(row);
          List<JobRun> own = runs.computeIfAbsent(job, j -> new ArrayList<>());
          if (row.bool("active")) {
            active.add(job);
          }
          row.findString("status").ifPresent(status -> own.add(run(status, row)));
        },
        ScheduledJob.MARK,
        database.value());
    return runs.entrySet().stream()
        .map(one -> new JobHistory(one.getKey(), active.contains(one.getKey()), one.getValue()))
        .toList();
  }

  private static JobRun run(String status, Row row) {
    return new JobRun(
        status, row.findInstant("start_time"), row.findInstant("end_time"), row.string("message"));
  }

  private static ScheduledJob job(Row row) {
    return new ScheduledJob(
        row.number("jobid"),
        row.string("jobname"),
        row.string("schedule"),
        row.string("command"),
        row.string("database"));
  }
}
