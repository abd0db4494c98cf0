package org.partitionproxy.topology;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.partitionproxy.diagnostic.Code;

/** Reads {@link Limits}: of one tenant, or of all that don't say otherwise. */
final class LimitsReader {

  private static final String CONNECTIONS = "connection_limit";
  private static final String TIMEOUT = "statement_timeout";
  private static final String WORK_MEM = "work_mem";
  private static final String TEMP_FILES = "temp_file_limit";

  static final List<String> KEYS = List.of(CONNECTIONS, TIMEOUT, WORK_MEM, TEMP_FILES);

  private static final Pattern COUNT = Pattern.compile("-1|[1-9][0-9]{0,5}");
  private static final Pattern AMOUNT = Pattern.compile("([0-9]{1,10}) ?([A-Za-z]*)");
  private static final String UNLIMITED = "-1";
  private static final long LEAST_LOG_KILOBYTES = 16L << 10;
  private static final long MOST_LOG_KILOBYTES = 1000L << 30;

  private final Problems problems;

  LimitsReader(Problems problems) {
    this.problems = problems;
  }

  Limits read(Fields fields) {
    TreeMap<String, String> settings = new TreeMap<>();
    amount(
            fields,
            TIMEOUT,
            LimitsReader::milliseconds,
            0,
            "30s, 5min or 1500 (milliseconds), or 0 for none")
        .ifPresent(text -> settings.put(TIMEOUT, text));
    amount(
            fields,
            WORK_MEM,
            LimitsReader::kilobytes,
            64,
            "16MB or 65536 (kB), and no less than 64kB")
        .ifPresent(text -> settings.put(WORK_MEM, text));
    amount(fields, TEMP_FILES, LimitsReader::kilobytes, 0, "1GB or 65536 (kB), or -1 for any size")
        .ifPresent(text -> settings.put(TEMP_FILES, text));
    return new Limits(connections(fields), settings);
  }

  /** At least 16 MB: the files of a ring of which one is written to. */
  Optional<Long> logBytes(Placed<String> text) {
    Matcher amount = AMOUNT.matcher(text.value());
    long unit = amount.matches() && !amount.group(2).isEmpty() ? kilobytes(amount.group(2)) : 0;
    if (unit > 0) {
      long kilobytes = Long.parseLong(amount.group(1)) * unit;
      if (kilobytes >= LEAST_LOG_KILOBYTES && kilobytes <= MOST_LOG_KILOBYTES) {
        return Optional.of(kilobytes << 10);
      }
    }
    refuse(text, "logs", "1GB or 200MB, with its unit, from 16MB to 1000TB");
    return Optional.empty();
  }

  private Optional<Integer> connections(Fields fields) {
    Optional<Placed<String>> text = fields.value(CONNECTIONS);
    if (text.isEmpty() || COUNT.matcher(text.get().value()).matches()) {
      return text.map(t -> Integer.valueOf(t.value()));
    }
    refuse(text.get(), CONNECTIONS, "20, or -1 for any number");
    return Optional.empty();
  }

  /** As it is written, if PostgreSQL would take it: a whole number with or without a unit. */
  private Optional<String> amount(
      Fields fields, String key, ToLongFunction<String> units, long least, String examples) {
    Optional<Placed<String>> text = fields.value(key);
    if (text.isEmpty() || isAmount(text.get().value(), key, units, least)) {
      return text.map(Placed::value);
    }
    refuse(text.get(), key, examples);
    return Optional.empty();
  }

  private static boolean isAmount(
      String text, String key, ToLongFunction<String> units, long least) {
    if (key.equals(TEMP_FILES) && text.equals(UNLIMITED)) {
      return true;
    }
    Matcher amount = AMOUNT.matcher(text);
    if (!amount.matches()) {
      return false;
    }
    long unit = units.applyAsLong(amount.group(2));
    long number = Long.parseLong(amount.group(1));
    return unit > 0 && number * unit >= least && number <= Integer.MAX_VALUE / unit;
  }

  /** Of a unit as PostgreSQL writes it; 0 for what is none. */
  private static long milliseconds(String unit) {
    return switch (unit) {
      case "", "ms" -> 1;
      case "s" -> 1000;
      case "min" -> 60_000;
      case "h" -> 3_600_000;
      case "d" -> 86_400_000;
      default -> 0;
    };
  }

  private static long kilobytes(String unit) {
    return switch (unit) {
      case "", "kB" -> 1;
      case "MB" -> 1L << 10;
      case "GB" -> 1L << 20;
      case "TB" -> 1L << 30;
      default -> 0;
    };
  }

  private void refuse(Placed<String> text, String key, String examples) {
    problems.add(
        Code.VALUE_INVALID,
        text.place(),
        "\"" + key + "\" cannot have this value",
        "Write it like " + examples + ".");
  }
}
