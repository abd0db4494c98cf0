package org.partitionproxy.topology;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A length of time as the calendar counts it, or of a range of integers.
 *
 * @param step how many units, at least 1
 */
public record RangeLength(long step, RangeUnit unit) {

  private static final Pattern FORM = Pattern.compile("([0-9]{1,18})|(?:([0-9]{1,9}) +)?([a-z]+)");

  public RangeLength {
    if (step < 1) {
      throw new IllegalArgumentException("not a length: " + step + " " + unit);
    }
  }

  /**
   * {@code 10 seconds}, {@code month}, {@code 50000}; empty for what is none, or zero. Two units
   * ({@code 1 day 6 hours}) are none: ranges could not be aligned by both.
   */
  static Optional<RangeLength> parse(String text) {
    Matcher form = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!form.matches()) {
      return Optional.empty();
    }
    String step = form.group(1) != null ? form.group(1) : form.group(2);
    String word = form.group(3) == null ? RangeUnit.NUMBER.toString() : form.group(3);
    long count = step == null ? 1 : Long.parseLong(step);
    for (RangeUnit unit : RangeUnit.values()) {
      boolean named = word.equals(unit.toString()) || word.equals(unit + "s");
      if (named && count > 0 && (unit == RangeUnit.NUMBER) == (form.group(3) == null)) {
        return Optional.of(new RangeLength(count, unit));
      }
    }
    return Optional.empty();
  }

  public boolean isTime() {
    return unit != RangeUnit.NUMBER;
  }

  /** Whether it is longer than the longest range of time may be. */
  boolean isOverAYear() {
    return switch (unit) {
      case SECOND, MINUTE, HOUR, DAY, WEEK -> step * unit.shortest() > RangeUnit.YEAR.longest();
      case MONTH -> step > 12;
      case YEAR -> step > 1;
      case NUMBER -> false;
    };
  }

  /** Whether this is certainly shorter, whichever months and years they are. */
  boolean isShorterThan(RangeLength other) {
    return unit == other.unit
        ? step < other.step
        : step * unit.longest() < other.step * other.unit.shortest();
  }

  /** {@code 10 seconds}, {@code 1 month} or {@code 50000}: an interval or a number for SQL. */
  @Override
  public String toString() {
    if (!isTime()) {
      return Long.toString(step);
    }
    return step + " " + unit + (step == 1 ? "" : "s");
  }
}
