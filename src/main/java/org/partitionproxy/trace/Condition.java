package org.partitionproxy.trace;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.partitionproxy.topology.ServerName;

/**
 * What no statement of an application may do: {@code waste > 10}, {@code slower > 500ms}, {@code
 * cross-shard}, {@code writes > 1 shard}. It remembers what transactions wrote, so each run needs
 * one of its own.
 */
public final class Condition {

  /** For messages: all that can be said. */
  public static final String GRAMMAR =
      "'waste > NUMBER', 'slower > TIME', 'cross-shard', 'writes > NUMBER shard'";

  private static final Pattern COMPARISON =
      Pattern.compile("(waste|slower|writes) *> *([0-9][0-9.]*) *([a-z]*)");

  private final String text;
  private final boolean ofRows;
  private final Function<Trace, Optional<String>> rule;

  private Condition(String text, boolean ofRows, Function<Trace, Optional<String>> rule) {
    this.text = text;
    this.ofRows = ofRows;
    this.rule = rule;
  }

  /** Empty if it is none. */
  public static Optional<Condition> parse(String text) {
    String clean = text.strip().toLowerCase(Locale.ROOT).replaceAll("\\s+", " ");
    if (clean.equals("cross-shard")) {
      return Optional.of(new Condition(clean, false, Condition::crossShard));
    }
    Matcher comparison = COMPARISON.matcher(clean);
    if (!comparison.matches()) {
      return Optional.empty();
    }
    String number = comparison.group(2);
    String unit = comparison.group(3);
    return switch (comparison.group(1)) {
      case "waste" -> unit.isEmpty() ? waste(clean, number) : Optional.empty();
      case "slower" -> TimeSpan.parse(number + unit).map(limit -> slower(clean, limit));
      default -> unit.matches("shards?|") ? writes(clean, number) : Optional.empty();
    };
  }

  private static Optional<Condition> waste(String text, String number) {
    if (!number.matches("[0-9]{1,9}(\\.[0-9]{1,9})?")) {
      return Optional.empty();
    }
    double limit = new BigDecimal(number).doubleValue();
    return Optional.of(
        new Condition(
            text,
            true,
            trace -> {
              OptionalDouble waste = trace.waste();
              return waste.isPresent() && waste.getAsDouble() > limit
                  ? Optional.of(
                      "%d rows shipped for %d returned"
                          .formatted(trace.rowsShipped().orElse(0), trace.rows().orElse(0)))
                  : Optional.empty();
            }));
  }

  private static Condition slower(String text, Duration limit) {
    return new Condition(
        text,
        false,
        trace ->
            trace.duration().compareTo(limit) > 0
                ? Optional.of("it took " + TimeSpan.text(trace.duration()))
                : Optional.empty());
  }

  private static Optional<String> crossShard(Trace trace) {
    List<ServerName> shards =
        trace.asked().stream()
            .filter(one -> one.purpose() != Purpose.STATISTICS)
            .map(Forwarded::shard)
            .distinct()
            .sorted()
            .toList();
    return shards.size() > 1 ? Optional.of("it asks " + names(shards)) : Optional.empty();
  }

  private static Optional<Condition> writes(String text, String number) {
    if (!number.matches("[0-9]{1,4}")) {
      return Optional.empty();
    }
    int limit = Integer.parseInt(number);
    WrittenShards written = new WrittenShards();
    return Optional.of(
        new Condition(
            text,
            false,
            trace -> {
              int before = written.of(trace).size();
              List<ServerName> now = written.with(trace);
              return before <= limit && now.size() > limit
                  ? Optional.of("its transaction writes to " + names(now))
                  : Optional.empty();
            }));
  }

  private static String names(List<ServerName> shards) {
    return shards.stream().map(ServerName::value).collect(Collectors.joining(", "));
  }

  /** Whether it needs the numbers of rows, which servers log only where they are told to. */
  public boolean isOfRows() {
    return ofRows;
  }

  /**
   * Traces are given in the order of their ends, each once.
   *
   * @return how it is met, if it is: {@code it took 612 ms}
   */
  public Optional<String> metBy(Trace trace) {
    return rule.apply(trace);
  }

  /** As it was given, in lower case. */
  @Override
  public String toString() {
    return text;
  }
}
