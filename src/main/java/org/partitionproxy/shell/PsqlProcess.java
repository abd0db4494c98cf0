package org.partitionproxy.shell;

import java.io.IOException;
import java.util.Map;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/** A running psql that has this process's terminal, or its standard input and output. */
final class PsqlProcess {

  private PsqlProcess() {}

  /**
   * Waits for psql's end. Ctrl-C reaches psql, which cancels its statement, and leaves this process
   * alone; if this process is told to end, psql is too.
   *
   * @return its exit status; 128 and the signal's number if a signal ended it
   */
  static int run(PsqlInvocation invocation) {
    return Interrupts.handledBy(() -> {}, () -> await(start(invocation)));
  }

  private static int await(Process psql) {
    Thread ending = new Thread(psql::destroy, "end psql");
    Runtime.getRuntime().addShutdownHook(ending);
    try {
      return psql.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      psql.destroy();
      throw new PppException(
          Diagnostic.error(Code.INTERRUPTED, "interrupted", "psql was ended."), e);
    } finally {
      forget(ending);
    }
  }

  private static Process start(PsqlInvocation invocation) {
    ProcessBuilder builder = new ProcessBuilder(invocation.command()).inheritIO();
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> !PsqlInvocation.keeps(name));
    environment.putAll(invocation.environment());
    invocation.password().ifPresent(secret -> environment.put("PGPASSWORD", secret.reveal()));
    try {
      return builder.start();
    } catch (IOException e) {
      throw new PppException(
          Diagnostic.error(
              Code.PSQL_NOT_STARTED,
              "\"" + invocation.command().get(0) + "\" cannot be started: " + e.getMessage(),
              "Mend that program, or use --builtin."),
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
