package org.partitionproxy.topology;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What pg_cron takes as a schedule.
 *
 * @see <a href="https://github.com/citusdata/pg_cron#what-is-pg_cron">pg_cron</a>: five fields, or
 *     an interval of 1 to 59 seconds
 */
final class CronText {

  private static final Pattern SECONDS = Pattern.compile("([1-9]|[1-5][0-9]) seconds?");
  private static final Pattern PART =
      Pattern.compile("(?:\\*|([0-9]+|[a-z]+)(?:-([0-9]+|[a-z]+))?)(?:/([0-9]+))?");
  private static final List<String> MONTHS =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
  private static final List<String> DAYS = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");

  /** A field's least and greatest number, and the names of those from the least on. */
  private record Range(int least, int most, List<String> names) {}

  private static final List<Range> FIELDS =
      List.of(
          new Range(0, 59, List.of()),
          new Range(0, 23, List.of()),
          new Range(1, 31, List.of()),
          new Range(1, 12, MONTHS),
          new Range(0, 7, DAYS));

  private CronText() {}

  static boolean isValid(String text) {
    String lower = text.toLowerCase(Locale.ROOT).strip();
    if (SECONDS.matcher(lower).matches()) {
      return true;
    }
    String[] fields = lower.split("\\s+", -1);
    if (fields.length != FIELDS.size()) {
      return false;
    }
    for (int i = 0; i < fields.length; i++) {
      for (String part : fields[i].split(",", -1)) {
        if (!isPart(part, FIELDS.get(i))) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isPart(String part, Range range) {
    Matcher form = PART.matcher(part);
    if (!form.matches()) {
      return false;
    }
    int first = form.group(1) == null ? range.least() : number(form.group(1), range);
    int last = form.group(2) == null ? first : number(form.group(2), range);
    int step = form.group(3) == null ? 1 : number(form.group(3), new Range(1, 59, List.of()));
    return first >= 0 && last >= first && step > 0;
  }

  /** -1 for what is out of the range. */
  private static int number(String text, Range range) {
    int named = range.names().indexOf(text);
    if (named >= 0) {
      return range.least() + named;
    }
    if (text.length() > 2 || !Character.isDigit(text.charAt(0))) {
      return -1;
    }
    int number = Integer.parseInt(text);
    return number >= range.least() && number <= range.most() ? number : -1;
  }
}
