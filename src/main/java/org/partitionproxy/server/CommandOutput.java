package org.partitionproxy.server;

import java.util.List;

/**
 * What a program said before it ended.
 *
 * @param status its exit status
 */
record CommandOutput(int status, String standardOutput, String standardError) {

  boolean succeeded() {
    return status == 0;
  }

  List<String> lines() {
    return standardOutput.lines().filter(line -> !line.isBlank()).toList();
  }

  /** The end of both, at most {@code count} lines each, for a message. */
  String lastLines(int count) {
    return (last(standardOutput, count) + "\n" + last(standardError, count)).strip();
  }

  private static String last(String text, int count) {
    List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - count), lines.size()));
  }
}
