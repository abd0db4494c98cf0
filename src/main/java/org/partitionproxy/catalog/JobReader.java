package org.partitionproxy.catalog;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
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
    return session.query(
        JOBS,
        row ->
            new ScheduledJob(
                row.number("jobid"),
                row.string("jobname"),
                row.string("schedule"),
                row.string("command"),
                row.string("database")));
  }
}
