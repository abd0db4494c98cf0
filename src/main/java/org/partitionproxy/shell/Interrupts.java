package org.partitionproxy.shell;

import java.util.function.Supplier;
import org.jline.utils.Signals;

/** What Ctrl-C does while some work goes on; else it ends the process. */
final class Interrupts {

  private static final String SIGNAL = "INT";

  private Interrupts() {}

  /**
   * @param handler runs in a thread of its own
   */
  static <T> T handledBy(Runnable handler, Supplier<T> work) {
    Object before = Signals.register(SIGNAL, handler);
    try {
      return work.get();
    } finally {
      if (before != null) {
        Signals.unregister(SIGNAL, before);
      }
    }
  }
}
