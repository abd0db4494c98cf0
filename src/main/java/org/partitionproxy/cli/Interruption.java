package org.partitionproxy.cli;

import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * While a command changes servers, tells a user who ends it (Ctrl-C, or a signal to end) what
 * became of it. The process ends with all its connections, and the servers undo what was not
 * committed.
 */
final class Interruption {

  static final String ADVICE =
      "interrupted; what was committed stays; run the same command again to go on";

  private Interruption() {}

  /**
   * @param lines where the advice goes, on stderr
   */
  static <T> T advisedOn(Consumer<String> lines, Supplier<T> work) {
    return advisedOn(lines, () -> ADVICE, work);
  }

  /**
   * @param text the advice, asked for when it is needed
   */
  static <T> T advisedOn(Consumer<String> lines, Supplier<String> text, Supplier<T> work) {
    Thread advice = new Thread(() -> lines.accept(text.get()), "ppp-interrupted");
    try {
      Runtime.getRuntime().addShutdownHook(advice);
    } catch (IllegalStateException e) {
      // The process is ending already, and with it this work, which leaves no more to advise.
    }
    try {
      return work.get();
    } finally {
      forget(advice);
    }
  }

  private static void forget(Thread advice) {
    try {
      Runtime.getRuntime().removeShutdownHook(advice);
    } catch (IllegalStateException e) {
      // The process is ending, and the advice has been given.
    }
  }
}
