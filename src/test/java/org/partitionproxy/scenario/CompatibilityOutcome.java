package org.partitionproxy.scenario;

import java.util.List;

/**
 * What an application sees of one statement.
 *
 * @param waited whether it had to wait for another session
 * @param state SQLSTATE; 00000 where it succeeded
 * @param text rows, row count or message
 * @param detail names and types of a result's columns; of an error, the constraint that it names
 */
record CompatibilityOutcome(boolean waited, String state, String text, String detail) {

  private static final int LONGEST = 90;
  static final String WARNING = ", warning: ";
  private static final String SUCCESS = "00000";

  boolean failed() {
    return !state.equals(SUCCESS);
  }

  static CompatibilityOutcome success(String text, String columns) {
    return new CompatibilityOutcome(false, SUCCESS, text, columns);
  }

  CompatibilityOutcome afterWaiting() {
    return new CompatibilityOutcome(true, state, text, detail);
  }

  /** PostgreSQL calls a foreign table so, and nothing hangs on that. */
  private CompatibilityOutcome asOfATable() {
    return new CompatibilityOutcome(
        waited, state, failed() ? text.replace("foreign table", "table") : text, detail);
  }

  /** How what the veneer did compares with what the shard did: a cell of the table. */
  static String compare(List<CompatibilityOutcome> shard, List<CompatibilityOutcome> veneer) {
    for (int i = 0; i < shard.size(); i++) {
      if (!veneer.get(i).asOfATable().equals(shard.get(i))) {
        return difference(shard.get(i), veneer.get(i));
      }
    }
    if (shard.stream().anyMatch(outcome -> outcome.text.contains(WARNING))) {
      return "same, with a warning";
    }
    return shard.stream()
        .filter(CompatibilityOutcome::failed)
        .reduce((first, last) -> last)
        .map(error -> "same, " + error.state)
        .orElse("same");
  }

  private static String difference(CompatibilityOutcome shard, CompatibilityOutcome veneer) {
    String waits = veneer.waited && !shard.waited ? "**waits**, then " : "";
    if (veneer.failed()) {
      if (veneer.state.equals(shard.state)
          && veneer.asOfATable().text.equals(shard.text)
          && waits.isEmpty()) {
        return "same, %s, but **without the error's field** %s"
            .formatted(veneer.state, code(shard.detail));
      }
      return "%s**refused**, %s: %s%s"
          .formatted(waits, veneer.state, code(veneer.text), shard.failed() ? on(shard) : "");
    }
    if (!veneer.text.equals(shard.text) || shard.failed()) {
      return "%s**differs**: %s%s".formatted(waits, code(veneer.text), on(shard));
    }
    if (!veneer.detail.equals(shard.detail)) {
      return "%s**differs** in the columns: %s, on the shard %s"
          .formatted(waits, code(veneer.detail), code(shard.detail));
    }
    return waits.isEmpty() ? "**does not wait**" : "**waits**, then the same";
  }

  private static String on(CompatibilityOutcome shard) {
    return "; on the shard "
        + (shard.waited ? "waits, then " : "")
        + (shard.failed() ? shard.state + ": " : "")
        + code(shard.text);
  }

  private static String code(String text) {
    String line = text.replace("\n", " ").replace("|", "¦").replace("`", "'");
    return "`" + (line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line) + "`";
  }
}
