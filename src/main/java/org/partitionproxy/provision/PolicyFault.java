package org.partitionproxy.provision;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.state.PolicyTable;
import org.partitionproxy.topology.KeyEncoding;
import org.partitionproxy.topology.PartitionPolicy;
import org.partitionproxy.topology.RangeUnit;

/** Why a policy can't be applied to a table as it stands. */
final class PolicyFault {

  static final String TIMESTAMP = "timestamp without time zone";

  private static final List<String> TIMES =
      List.of("timestamp with time zone", TIMESTAMP, "date", "uuid");
  private static final List<String> INTEGERS = List.of("integer", "bigint", "numeric");
  private static final List<String> NUMBERS = List.of("smallint", "integer", "bigint", "numeric");

  private PolicyFault() {}

  /** Empty where it can; without the table's name, and with what to do. */
  static Optional<String> of(PolicyTable table, PartitionPolicy policy) {
    if (!table.isTable()) {
      return Optional.of("it is no table");
    }
    if (table.type().isEmpty()) {
      return Optional.of("it has no column \"" + policy.key() + "\"");
    }
    return type(table.type().get(), policy).or(() -> partitioning(table, policy));
  }

  private static Optional<String> type(String type, PartitionPolicy policy) {
    String column = "column \"" + policy.key() + "\" is of type " + type;
    boolean integer = INTEGERS.contains(type);
    if (!policy.every().isTime()) {
      return NUMBERS.contains(type)
          ? Optional.empty()
          : Optional.of(column + ", and every: " + policy.every() + " is for numbers");
    }
    if (!integer && !TIMES.contains(type)) {
      return Optional.of(
          column + ", which holds no time; it can be one of time, uuid, or bigint with encoded:");
    }
    if (integer && policy.encoding() == KeyEncoding.NUMBER) {
      return Optional.of(
          column
              + ", and encoded: doesn't say what it counts (seconds, milliseconds, microseconds)");
    }
    if (type.equals("integer") && policy.encoding() != KeyEncoding.SECONDS) {
      return Optional.of(column + ", too short for " + policy.encoding());
    }
    if (type.equals("date") && policy.every().unit().compareTo(RangeUnit.DAY) < 0) {
      return Optional.of(column + ", and every: " + policy.every() + " isn't made of whole days");
    }
    return Optional.empty();
  }

  private static Optional<String> partitioning(PolicyTable table, PartitionPolicy policy) {
    if (table.strategy().isEmpty()) {
      return Optional.of(
          "it is not partitioned; `ppp partitions convert "
              + table.name().name().value()
              + " --tenant NAME --by "
              + policy.key().value()
              + " --every '"
              + policy.every()
              + "'` does that while it is in use");
    }
    if (!table.strategy().get().equals("RANGE")
        || !table.keys().equals(List.of(policy.key().value()))) {
      return Optional.of(
          "it is partitioned by "
              + table.strategy().get()
              + " ("
              + String.join(", ", table.keys())
              + "), and the policy needs RANGE ("
              + policy.key().value()
              + ")");
    }
    return Optional.empty();
  }
}
