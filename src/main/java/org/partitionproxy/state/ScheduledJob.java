package org.partitionproxy.state;

/**
 * A job of pg_cron.
 *
 * @param id by which it is taken away
 * @param name empty for one without
 * @param database in which the command runs
 */
public record ScheduledJob(long id, String name, String schedule, String command, String database) {

  /** Begins the commands of ppp's own jobs. */
  public static final String MARK = "/* ppp initialize */ ";

  public boolean isOurs() {
    return command.startsWith(MARK);
  }
}
