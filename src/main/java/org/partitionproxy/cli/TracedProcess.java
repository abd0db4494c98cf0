package org.partitionproxy.cli;

import java.io.IOException;
import java.util.List;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/** A program that is run to be watched, with the streams of this process. */
final class TracedProcess {

  private TracedProcess() {}

  /**
   * Waits for its end; if this process is told to end before, the program is too.
   *
   * @return its exit status; 128 and the signal's number if a signal ended it
   */
  static int run(List<String> command) {
    Process process = start(command);
    Thread ending = new Thread(process::destroy, "ppp-end-command");
    Runtime.getRuntime().addShutdownHook(ending);
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroy();
      throw new PppException(
          Diagnostic.error(Code.INTERRUPTED, "interrupted", "The command was ended."), e);
    } finally {
      forget(ending);
    }
  }

  private static Process start(List<String> command) {
    try {
      return new ProcessBuilder(command).inheritIO().start();
    } catch (IOException e) {
      throw new PppException(
          Diagnostic.error(
              Code.TRACED_COMMAND_NOT_STARTED,
              "\"" + command.get(0) + "\" cannot be started: " + e.getMessage(),
              "After -- stands a program and its arguments; sh -c 'COMMAND' runs a shell's line."),
          e);
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // This process is ending, and the hook does its work.
    }
  }
}
