package org.partitionproxy.server;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/** Does the same with many servers, a few at once. */
final class Fleet {

  private static final int MOST_AT_ONCE = 8;

  private Fleet() {}

  /**
   * Goes on with the others when one fails.
   *
   * @throws PppException with the problems of all that failed, in the order of the servers
   */
  static <T> void each(List<T> servers, Consumer<T> work) {
    int threads = Math.min(MOST_AT_ONCE, 2 * Runtime.getRuntime().availableProcessors());
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> running = new ArrayList<>();
      servers.forEach(server -> running.add(workers.submit(() -> work.accept(server))));
      List<Diagnostic> problems = new ArrayList<>();
      running.forEach(future -> problems.addAll(problemsOf(future)));
      if (!problems.isEmpty()) {
        throw new PppException(problems);
      }
    } finally {
      workers.shutdownNow();
    }
  }

  private static List<Diagnostic> problemsOf(Future<?> future) {
    try {
      future.get();
      return List.of();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PppException problem) {
        return problem.diagnostics();
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of(
          Diagnostic.error(
              Code.INTERRUPTED,
              "interrupted while servers were started or stopped",
              "Run the command again: it goes on where this one stopped."));
    }
  }
}
