package org.partitionproxy.console;

import java.util.Map;
import java.util.Set;

/**
 * Whether a person sits behind each of the program's streams, and with which colours.
 *
 * @param in whether questions can be asked
 */
public record Terminal(boolean in, boolean out, boolean err, Colors outColors, Colors errColors) {

  /** For output that is read by a program, or compared by a test. */
  public static final Terminal NONE = new Terminal(false, false, false, Colors.NONE, Colors.NONE);

  /** Of this process. */
  public static Terminal system() {
    return of(System.getProperty("ppp.terminals", ""), System.getenv());
  }

  /**
   * @param streams those that are terminals, as {@code bin/ppp} found them, for Java cannot tell:
   *     {@code "in err"}
   */
  static Terminal of(String streams, Map<String, String> environment) {
    Set<String> found = Set.of(streams.strip().split(" +", -1));
    return new Terminal(
        found.contains("in"),
        found.contains("out"),
        found.contains("err"),
        Colors.of(found.contains("out"), environment),
        Colors.of(found.contains("err"), environment));
  }
}
