package org.partitionproxy.shell;

import java.io.IOException;

/** Whether a person sits in front of this process. */
final class Terminals {

  private Terminals() {}

  /**
   * Whether both standard input and output are a terminal. {@code System.console()} does not tell
   * on every JDK: some return a console for a pipe too.
   */
  static boolean attached() {
    try {
      return new ProcessBuilder("sh", "-c", "test -t 0 && test -t 1").inheritIO().start().waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
