package org.partitionproxy.job;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.state.JobRun;

/** What {@code ppp.job_run} of a shard knows of the runs of jobs that ppp ran itself. */
final class JobBook {

  /** Of all jobs of a shard together; older ones go, but for the last of each. */
  private static final int RUNS_KEPT = 20_000;

  private static final int LAST_KEPT = 20;

  private static final String WRITE =
      """
      INSERT INTO ppp.job_run (title, status, started_at, ended_at, message)
      VALUES (?, ?, ?::timestamptz, ?::timestamptz, pg_catalog.left(?, 10000))""";

  private static final String FORGET =
      """
      WITH kept AS MATERIALIZED (
        SELECT j.title, (
          SELECT min(l.id)
          FROM (
            SELECT r.id
            FROM ppp.job_run AS r
            WHERE r.title = j.title
            ORDER BY r.id DESC
            LIMIT ?) AS l) AS id
        FROM ppp.job AS j)
      DELETE FROM ppp.job_run AS d
      WHERE d.id <= (SELECT max(r.id) - ? FROM ppp.job_run AS r)
        AND NOT EXISTS (SELECT FROM kept AS k WHERE k.title = d.title AND d.id >= k.id)""";

  private static final String LATEST =
      """
      SELECT t.title, r.status, r.started_at, r.ended_at, r.message
      FROM (SELECT j.title FROM ppp.job AS j
        UNION SELECT pg_catalog.unnest(?::text[])) AS t (title)
      CROSS JOIN LATERAL (
        SELECT d.id, d.status, d.started_at, d.ended_at, d.message
        FROM ppp.job_run AS d
        WHERE d.title = t.title
        ORDER BY d.id DESC
        LIMIT ?) AS r
      ORDER BY t.title, r.id DESC""";

  private JobBook() {}

  /** Of a job of this title. */
  static void write(Session session, String title, JobRun run) {
    session.update(
        WRITE,
        title,
        run.status(),
        run.started().map(Instant::toString).orElseThrow(),
        run.ended().map(Instant::toString).orElseThrow(),
        run.message());
  }

  /** Removes the oldest; returns how many. */
  static int shorten(Session session) {
    return session.update(FORGET, LAST_KEPT, RUNS_KEPT);
  }

  /**
   * The last runs by title, the latest first, of jobs that ppp is to run there and of those named.
   *
   * @param most of each job
   */
  static Map<String, List<JobRun>> latest(Session session, List<String> others, int most) {
    Map<String, List<JobRun>> runs = new TreeMap<>();
    session.forEach(
        LATEST,
        row -> runs.computeIfAbsent(row.string("title"), t -> new ArrayList<>()).add(run(row)),
        others,
        most);
    return new LinkedHashMap<>(runs);
  }

  private static JobRun run(Row row) {
    return new JobRun(
        row.string("status"),
        Optional.of(row.instant("started_at")),
        Optional.of(row.instant("ended_at")),
        row.string("message"));
  }
}
