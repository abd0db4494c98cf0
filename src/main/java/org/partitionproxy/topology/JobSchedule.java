package org.partitionproxy.topology;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When a job runs, as people write it.
 *
 * @param text five fields, or {@code 5 seconds}, {@code 10 minutes}, {@code 1 day}; times are of
 *     UTC unless a server's pg_cron has another {@code cron.timezone}
 */
public record JobSchedule(String text) {

  private static final Pattern EVERY =
      Pattern.compile(
          "(?<count>(?:[1-9]|[1-5][0-9])(?= second)"
              + "|(?:[1-6]|10|12|15|20|30)(?= minute)"
              + "|(?:[1-4]|6|8|12)(?= hour)"
              + "|1(?= day$))"
              + " (?<unit>second|minute|hour|day)s?");

  /**
   * What can be counted from midnight on without a rest: 1 to 59 seconds, minutes that divide an
   * hour, hours that divide a day, a day. Empty for all else.
   */
  static Optional<JobSchedule> every(String text) {
    Matcher every = EVERY.matcher(text);
    if (!every.matches()) {
      return Optional.empty();
    }
    String count = every.group("count");
    String plural = count.equals("1") ? "" : "s";
    return Optional.of(new JobSchedule(count + " " + every.group("unit") + plural));
  }

  /** Five fields; empty for what is none. */
  static Optional<JobSchedule> cron(String text) {
    return text.toLowerCase(Locale.ROOT).contains("second") || !CronText.isValid(text)
        ? Optional.empty()
        : Optional.of(new JobSchedule(text.strip()));
  }

  /** Whether it says how often, and not at which times. */
  public boolean isInterval() {
    return EVERY.matcher(text).matches();
  }

  @Override
  public String toString() {
    return text;
  }
}
