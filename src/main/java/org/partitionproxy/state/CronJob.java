package org.partitionproxy.state;

/**
 * A job as pg_cron has it.
 *
 * @param id by which it is changed and taken away
 * @param name empty for one without
 * @param database in which the command runs
 * @param role as which it runs
 * @param active false where somebody has switched it off
 */
public record CronJob(
    long id,
    String name,
    String schedule,
    String command,
    String database,
    String role,
    boolean active) {

  public boolean isOurs() {
    return command.startsWith(ScheduledJob.MARK);
  }

  /** Whether it does what is wanted, when and as whom it is wanted. */
  public boolean isFor(ScheduledJob job) {
    return schedule.equals(ScheduledJob.inCron(job.schedule()))
        && command.equals(job.command())
        && role.equals(job.role().value());
  }
}
