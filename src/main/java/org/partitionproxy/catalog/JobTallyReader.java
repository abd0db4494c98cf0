package org.partitionproxy.catalog;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.state.JobRun;
import org.partitionproxy.state.JobTally;
import org.partitionproxy.state.ScheduledJob;

/** Counts the runs of ppp's jobs, whoever runs them, with one query for each scheduler. */
public final class JobTallyReader {

  private static final String KEPT =
      """
      SELECT j.title, j.name, j.schedule, j.paused,
        count(*) FILTER (WHERE r.ended_at >= s.since) AS runs,
        count(*) FILTER (WHERE r.ended_at >= s.since AND r.status = 'failed') AS failures,
        (pg_catalog.array_agg(r.status ORDER BY r.id DESC))[1] AS status,
        (pg_catalog.array_agg(r.started_at ORDER BY r.id DESC))[1] AS start_time,
        (pg_catalog.array_agg(r.ended_at ORDER BY r.id DESC))[1] AS end_time
      FROM (SELECT ?::timestamptz) AS s (since)
      CROSS JOIN ppp.job AS j
      LEFT JOIN ppp.job_run AS r ON r.title = j.title AND r.status IN ('succeeded', 'failed')
      GROUP BY j.title
      ORDER BY j.title""";

  /** Of the last ten thousand runs, as for histories. */
  private static final String CRON =
      """
      SELECT coalesce(j.jobname, '') AS title, coalesce(j.jobname, '') AS name, j.schedule,
        NOT j.active AS paused,
        count(*) FILTER (WHERE r.end_time >= s.since) AS runs,
        count(*) FILTER (WHERE r.end_time >= s.since AND r.status = 'failed') AS failures,
        (pg_catalog.array_agg(r.status ORDER BY r.runid DESC))[1] AS status,
        (pg_catalog.array_agg(r.start_time ORDER BY r.runid DESC))[1] AS start_time,
        (pg_catalog.array_agg(r.end_time ORDER BY r.runid DESC))[1] AS end_time
      FROM (SELECT ?::timestamptz) AS s (since)
      CROSS JOIN cron.job AS j
      LEFT JOIN cron.job_run_details AS r
        ON r.jobid = j.jobid AND r.status IN ('succeeded', 'failed')
        AND r.runid > (SELECT coalesce(max(l.runid), 0) - 10000 FROM cron.job_run_details AS l)
      WHERE pg_catalog.starts_with(j.command, ?) AND j.database = ?
      GROUP BY j.jobid, j.jobname, j.schedule, j.active
      ORDER BY j.jobid""";

  private final JobReader jobs = new JobReader();

  /**
   * Of the database of a session.
   *
   * @param since from when on runs are counted
   */
  public List<JobTally> read(Session session, JobReader.Maintenance maintenance, Instant since) {
    List<JobTally> all =
        new ArrayList<>(
            JobReader.inHome(
                    session,
                    maintenance,
                    (home, here) ->
                        JobReader.isThere(home)
                            ? home.query(
                                CRON,
                                JobTallyReader::tally,
                                since.toString(),
                                ScheduledJob.MARK,
                                session.server().database().value())
                            : List.<JobTally>of())
                .orElse(List.of()));
    if (jobs.isKeeping(session)) {
      all.addAll(session.query(KEPT, JobTallyReader::tally, since.toString()));
    }
    return all;
  }

  private static JobTally tally(Row row) {
    Optional<JobRun> last =
        row.findString("status")
            .map(
                status ->
                    new JobRun(
                        status, row.findInstant("start_time"), row.findInstant("end_time"), ""));
    return new JobTally(
        row.string("title"),
        row.string("name"),
        row.string("schedule"),
        row.bool("paused"),
        row.number("runs"),
        row.number("failures"),
        last);
  }
}
