package org.partitionproxy.topology;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When a job runs, as pg_cron writes it.
 *
 * @param text five fields, or {@code 5 seconds}; times are of UTC unless a server's pg_cron has
 *     another {@code cron.timezone}
 */
public record JobSchedule(String text) {

  private static final Pattern EVERY =
      Pattern.compile(
          "(?:(?<seconds>[1-9]|[1-5][0-9]) seconds?"
              + "|(?<minutes>[1-6]|10|12|15|20|30) minutes?"
              + "|(?<hours>[1-4]|6|8|12) hours?"
              + "|(?<day>1 day))");

  /**
   * What can be counted from midnight on without a rest: 1 to 59 seconds, minutes that divide an
   * hour, hours that divide a day, a day. Empty for all else.
   */
  static Optional<JobSchedule> every(String text) {
    Matcher every = EVERY.matcher(text);
    if (!every.matches()) {
      return Optional.empty();
    }
    if (every.group("seconds") != null) {
      String seconds = every.group("seconds");
      return Optional.of(new JobSchedule(seconds + (seconds.equals("1") ? " second" : " seconds")));
    }
    if (every.group("minutes") != null) {
      return Optional.of(new JobSchedule(step(every.group("minutes")) + " * * * *"));
    }
    if (every.group("hours") != null) {
      return Optional.of(new JobSchedule("0 " + step(every.group("hours")) + " * * *"));
    }
    return Optional.of(new JobSchedule("0 0 * * *"));
  }

  private static String step(String count) {
    return count.equals("1") ? "*" : "*/" + count;
  }

  /** Five fields; empty for what is none. */
  static Optional<JobSchedule> cron(String text) {
    return text.contains("second") || !CronText.isValid(text)
        ? Optional.empty()
        : Optional.of(new JobSchedule(text.strip()));
  }

  /** Whether it is a number of seconds, and not a cron's fields. */
  public boolean isInSeconds() {
    return text.contains("second");
  }

  @Override
  public String toString() {
    return text;
  }
}
