package org.partitionproxy.testing;

import java.util.ArrayList;
import java.util.List;

/** Outputs without what differs from run to run: two runs of the same thing are equal then. */
final class VolatileText {

  /**
   * Lines about servers, which come as each server gets ready, and what shards did side by side.
   */
  private static final String OF_A_SERVER = "(veneer|shard\\d+): .*| *├─ .*";

  private VolatileText() {}

  static String withoutVolatileParts(String output) {
    String text =
        output
            .replaceAll("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)?", "TIME")
            .replaceAll("\\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\b", "ID")
            .replaceAll("\\b[0-9a-f]{8}\\.[0-9a-f]+\\b", "SESSION")
            .replaceAll("\\b\\d+(\\.\\d+)? (s|ms|kB|MB)\\b", "N $2")
            .replaceAll("\\b(\\d+[hms])+\\b", "AGE")
            .replaceAll("\\bshards \\d+%", "shards N%")
            .replaceAll("\\d+ statements? that asks? shards", "N statements that ask shards")
            .replaceAll("(?m)^(veneer|shard\\d+) +[\\d. ]+(?=[│┃])", "$1 FIGURES ")
            .replaceAll("(?m)^ +(?=┃)", " ")
            .replaceAll("(postgresql://\\w+:)\\w+@", "$1PASSWORD@")
            .replaceAll("\\d+ other statements? on (\\w+) (was|were)", "N other statements on $1")
            .replaceAll("\n *│", " │")
            .replaceAll("(?m)(^ *└─ .*)\n {5}(?=\\S)", "$1 │  ")
            .replace("└─", "├─")
            // Columns are as wide as what stands in them.
            .replaceAll("(?<=\\S)  +", "  ");
    return String.join("\n", withServersInOrder(text.stripTrailing().lines().toList()));
  }

  private static List<String> withServersInOrder(List<String> lines) {
    List<String> ordered = new ArrayList<>();
    List<String> together = new ArrayList<>();
    for (String line : lines) {
      if (!line.matches(OF_A_SERVER)) {
        ordered.addAll(together.stream().sorted().toList());
        together.clear();
        ordered.add(line.stripTrailing());
      } else {
        together.add(line.stripTrailing());
      }
    }
    ordered.addAll(together.stream().sorted().toList());
    return ordered;
  }
}
