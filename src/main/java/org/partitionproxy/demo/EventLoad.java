package org.partitionproxy.demo;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much {@code ppp demo events} does.
 *
 * @param rate events a second, of each tenant
 * @param range the length of a partition
 * @param tenants how many
 */
public record EventLoad(double rate, Duration range, int tenants) {

  /** So many partitions are made at a time. */
  private static final int AT_A_TIME = 6;

  /** So many are kept: an hour of those of ten seconds. */
  private static final int KEPT = 360;

  private static final Pattern EVERY = Pattern.compile("([1-9][0-9]{0,3}) *(second|minute|hour)s?");

  /** Empty where it isn't a number of seconds, minutes or hours. */
  public static Optional<Duration> range(String every) {
    Matcher matcher = EVERY.matcher(every.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long number = Long.parseLong(matcher.group(1));
    return Optional.of(
        switch (matcher.group(2)) {
          case "second" -> Duration.ofSeconds(number);
          case "minute" -> Duration.ofMinutes(number);
          default -> Duration.ofHours(number);
        });
  }

  /** The length of a partition as shards.yaml says it: {@code 10 seconds}. */
  public String every() {
    long seconds = range.toSeconds();
    return seconds + (seconds == 1 ? " second" : " seconds");
  }

  /** How often partitions are made: six of them each time. */
  public Duration interval() {
    return range.multipliedBy(AT_A_TIME);
  }

  /**
   * How many stand ready when that is done: those of two turns, so that six are left when the next
   * one begins, however late in a range that is.
   */
  public int ahead() {
    return 2 * AT_A_TIME;
  }

  /** How long they are kept. */
  public Duration keep() {
    return range.multipliedBy(KEPT);
  }
}
