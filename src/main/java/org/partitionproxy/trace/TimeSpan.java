package org.partitionproxy.trace;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations of statements as people write them: {@code 100ms}, {@code 1.5s}, {@code 2m}. */
public final class TimeSpan {

  private static final Pattern FORM =
      Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,6})?) *(us|ms|s|min|m|h)");

  private TimeSpan() {}

  /** Empty if it is none. */
  public static Optional<Duration> parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches()) {
      return Optional.empty();
    }
    long nanos =
        switch (form.group(2)) {
          case "us" -> 1_000L;
          case "ms" -> 1_000_000L;
          case "s" -> 1_000_000_000L;
          case "h" -> 3_600_000_000_000L;
          default -> 60_000_000_000L;
        };
    BigDecimal amount = new BigDecimal(form.group(1)).multiply(BigDecimal.valueOf(nanos));
    BigDecimal seconds = amount.movePointLeft(9).setScale(9, RoundingMode.HALF_UP);
    return Optional.of(
        Duration.ofSeconds(
            seconds.longValue(), seconds.remainder(BigDecimal.ONE).movePointRight(9).longValue()));
  }

  /** With three digits or so: {@code 0.042 ms}, {@code 12.3 ms}, {@code 1.25 s}. */
  public static String text(Duration time) {
    double millis = time.toNanos() / 1e6;
    if (millis < 1) {
      return String.format(Locale.ROOT, "%.3f ms", millis);
    }
    if (millis < 1000) {
      return String.format(Locale.ROOT, millis < 100 ? "%.1f ms" : "%.0f ms", millis);
    }
    double seconds = millis / 1000;
    return String.format(Locale.ROOT, seconds < 10 ? "%.2f s" : "%.0f s", seconds);
  }
}
