package org.partitionproxy.inspect;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a point in time as a person gives it: {@code 10m}, {@code 1h30m}, a date, a timestamp. */
public final class Since {

  private static final Pattern AGE =
      Pattern.compile("(?:([0-9]{1,6})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,9})s)?");

  private Since() {}

  /**
   * @param clock tells now, and the zone of times that name none
   * @return empty if the text is nothing of the kind
   */
  public static Optional<Instant> parse(String text, Clock clock) {
    Matcher age = AGE.matcher(text);
    if (!text.isEmpty() && age.matches()) {
      return Optional.of(clock.instant().minus(duration(age)));
    }
    List<Function<String, Instant>> forms =
        List.of(
            form -> OffsetDateTime.parse(form).toInstant(),
            form -> LocalDateTime.parse(form).atZone(clock.getZone()).toInstant(),
            form -> LocalDate.parse(form).atStartOfDay(clock.getZone()).toInstant());
    for (Function<String, Instant> form : forms) {
      try {
        return Optional.of(form.apply(text.replace(' ', 'T')));
      } catch (DateTimeException e) {
        // Another form, then.
      }
    }
    return Optional.empty();
  }

  private static Duration duration(Matcher age) {
    return Duration.ofDays(number(age, 1))
        .plusHours(number(age, 2))
        .plusMinutes(number(age, 3))
        .plusSeconds(number(age, 4));
  }

  private static long number(Matcher age, int group) {
    return age.group(group) == null ? 0 : Long.parseLong(age.group(group));
  }
}
