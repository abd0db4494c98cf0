package org.partitionproxy.job;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.partitionproxy.state.ScheduledJob;

/**
 * When a job is due: of five fields in UTC, of seconds counted from 1970 on, so that who takes over
 * goes on in step.
 */
public final class JobTimes {

  /** Enough for what a person is told; a day of seconds is not counted out. */
  static final int MOST_COUNTED = 1000;

  private final UnaryOperator<Instant> next;

  private JobTimes(UnaryOperator<Instant> next) {
    this.next = next;
  }

  /**
   * @param schedule of a job
   */
  public static JobTimes of(String schedule) {
    Optional<Duration> interval = interval(schedule);
    if (interval.isPresent()) {
      long step = interval.get().toSeconds();
      return new JobTimes(
          after -> Instant.ofEpochSecond((Math.floorDiv(after.getEpochSecond(), step) + 1) * step));
    }
    Optional<ExecutionTime> times = times(ScheduledJob.inCron(schedule));
    return new JobTimes(
        after ->
            times
                .flatMap(t -> t.nextExecution(after.atZone(ZoneOffset.UTC)))
                .map(ZonedDateTime::toInstant)
                .orElse(Instant.MAX));
  }

  /** Of a schedule in seconds. */
  static Optional<Duration> interval(String schedule) {
    int seconds = schedule.indexOf(" second");
    return seconds < 0
        ? Optional.empty()
        : Optional.of(Duration.ofSeconds(Long.parseLong(schedule.substring(0, seconds).strip())));
  }

  /** Empty for what somebody told pg_cron, and only that understands: {@code @reboot}. */
  private static Optional<ExecutionTime> times(String schedule) {
    try {
      return Optional.of(
          ExecutionTime.forCron(
              new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX))
                  .parse(schedule)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The first after a time; {@link Instant#MAX} where there is none (30 February). */
  public Instant next(Instant after) {
    return after.equals(Instant.MAX) ? after : next.apply(after);
  }

  /** How often it was due after one time and before another, up to a thousand. */
  int countBetween(Instant after, Instant before) {
    int count = 0;
    Instant due = next(after);
    while (due.isBefore(before) && count < MOST_COUNTED) {
      count++;
      due = next(due);
    }
    return count;
  }
}
