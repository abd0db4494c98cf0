package org.partitionproxy.convert;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The length of a range.
 *
 * @param unit second, minute, hour, day, week, month, year; or number, for ranges of whole numbers
 */
public record Every(long step, String unit) {

  private static final Pattern FORM = Pattern.compile("(?:(\\d{1,18})\\s*)?([a-z]+?)s?");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");
  private static final List<String> UNITS =
      List.of("second", "minute", "hour", "day", "week", "month", "year");

  /** {@code 1 day}, {@code month}, {@code 1000000}; empty if it is none of these, or zero. */
  public static Optional<Every> parse(String text) {
    String plain = text.strip().toLowerCase(Locale.ROOT);
    if (NUMBER.matcher(plain).matches()) {
      return Optional.of(new Every(Long.parseLong(plain), "number")).filter(Every::isLongEnough);
    }
    Matcher matcher = FORM.matcher(plain);
    if (!matcher.matches() || !UNITS.contains(matcher.group(2))) {
      return Optional.empty();
    }
    String count = matcher.group(1);
    return Optional.of(new Every(count == null ? 1 : Long.parseLong(count), matcher.group(2)))
        .filter(Every::isLongEnough);
  }

  private boolean isLongEnough() {
    return step > 0 && (isNumber() || step <= 1_000_000);
  }

  public boolean isNumber() {
    return unit.equals("number");
  }

  @Override
  public String toString() {
    return isNumber() ? Long.toString(step) : step + " " + unit + (step == 1 ? "" : "s");
  }
}
