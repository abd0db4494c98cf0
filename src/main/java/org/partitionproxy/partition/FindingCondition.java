package org.partitionproxy.partition;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A condition about a table that monitoring looks for: {@code ahead < 3}, {@code gaps > 0}. */
public final class FindingCondition {

  private static final Pattern FORM =
      Pattern.compile("\\s*(ahead|gaps|default)\\s*(<=|>=|<|>|=)\\s*([0-9]{1,15})\\s*");

  private final String text;
  private final String measure;
  private final String comparison;
  private final long number;

  private FindingCondition(String text, String measure, String comparison, long number) {
    this.text = text;
    this.measure = measure;
    this.comparison = comparison;
    this.number = number;
  }

  /** Empty if it is none. */
  public static Optional<FindingCondition> parse(String text) {
    Matcher form = FORM.matcher(text);
    return form.matches()
        ? Optional.of(
            new FindingCondition(
                text.strip(), form.group(1), form.group(2), Long.parseLong(form.group(3))))
        : Optional.empty();
  }

  /** False where the measure is not known: how far ahead a table without a policy is. */
  public boolean holds(PartitionedTable table) {
    Optional<Long> value =
        switch (measure) {
          case "gaps" -> Optional.of((long) table.gaps().size());
          case "default" -> Optional.of(table.rowsInDefault());
          default -> table.horizon().flatMap(h -> table.ahead()).map(Integer::longValue);
        };
    return value.filter(this::compare).isPresent();
  }

  private boolean compare(long value) {
    return switch (comparison) {
      case "<" -> value < number;
      case "<=" -> value <= number;
      case ">" -> value > number;
      case ">=" -> value >= number;
      default -> value == number;
    };
  }

  @Override
  public String toString() {
    return text;
  }
}
