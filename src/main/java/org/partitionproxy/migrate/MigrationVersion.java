package org.partitionproxy.migrate;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The version of a migration as Flyway compares them: number by number, where {@code 1} is {@code
 * 1.0} and {@code 10} comes after {@code 9}.
 */
public final class MigrationVersion implements Comparable<MigrationVersion> {

  private static final Pattern FORM = Pattern.compile("[0-9]+([._][0-9]+)*");
  private static final Pattern SEPARATOR = Pattern.compile("[._]");

  private final String text;
  private final List<BigInteger> numbers;

  private MigrationVersion(String text) {
    this.text = text.replace('_', '.');
    List<BigInteger> parts =
        new ArrayList<>(Arrays.stream(SEPARATOR.split(text)).map(BigInteger::new).toList());
    while (parts.size() > 1 && parts.get(parts.size() - 1).signum() == 0) {
      parts.remove(parts.size() - 1);
    }
    this.numbers = List.copyOf(parts);
  }

  /** Empty unless the text is numbers with {@code .} or {@code _} between them. */
  public static Optional<MigrationVersion> parse(String text) {
    return FORM.matcher(text).matches()
        ? Optional.of(new MigrationVersion(text))
        : Optional.empty();
  }

  @Override
  public int compareTo(MigrationVersion other) {
    for (int i = 0; i < Math.max(numbers.size(), other.numbers.size()); i++) {
      int order = number(i).compareTo(other.number(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private BigInteger number(int i) {
    return i < numbers.size() ? numbers.get(i) : BigInteger.ZERO;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MigrationVersion version && numbers.equals(version.numbers);
  }

  @Override
  public int hashCode() {
    return numbers.hashCode();
  }

  /** As it is written in the file's name, with dots. */
  @Override
  public String toString() {
    return text;
  }
}
