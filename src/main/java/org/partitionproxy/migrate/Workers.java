package org.partitionproxy.migrate;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/** A fixed number of threads. */
final class Workers implements AutoCloseable {

  /** One piece of work. */
  interface Job<T> {
    T run();
  }

  private final ExecutorService threads;

  Workers(int count) {
    this.threads = Executors.newFixedThreadPool(count);
  }

  /**
   * The results in the order of the jobs, which start in that order too.
   *
   * @throws RuntimeException the first that a job threw, after all have ended
   * @throws PppException if this thread was interrupted; the jobs are interrupted too
   */
  <T> List<T> run(List<Job<T>> jobs) {
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> future :
          threads.invokeAll(jobs.stream().<Callable<T>>map(job -> job::run).toList())) {
        results.add(future.get());
      }
      return results;
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
      throw new PppException(
          Diagnostic.error(
              Code.INTERRUPTED,
              "interrupted",
              "Run the same command again; it goes on with what is left."),
          e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
