package org.partitionproxy.partition;

import java.math.BigDecimal;

/**
 * Which values a partition holds.
 *
 * @param lower as the catalogs show it, in UTC: included
 * @param upper excluded
 * @param from where {@code lower} lies: seconds since 1970 in UTC, or the number itself
 * @param to where {@code upper} lies
 */
public record PartitionRange(String lower, String upper, BigDecimal from, BigDecimal to) {

  /** Before everything: {@code MINVALUE}. */
  static final BigDecimal BEGINNING = new BigDecimal("-1e400");

  /** After everything: {@code MAXVALUE}. */
  static final BigDecimal END = new BigDecimal("1e400");

  /** Of a {@code numeric}'s text. */
  static BigDecimal position(String text) {
    return switch (text) {
      case "-Infinity" -> BEGINNING;
      case "Infinity" -> END;
      default -> new BigDecimal(text);
    };
  }

  boolean holds(BigDecimal position) {
    return from.compareTo(position) <= 0 && position.compareTo(to) < 0;
  }
}
