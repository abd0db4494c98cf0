package org.partitionproxy.apply;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** A fixed number of threads that share the work of one run. */
public final class Workers implements AutoCloseable {

  private final ExecutorService threads;

  /**
   * @param count at least 1; more than there are cores gains nothing, as the servers are often on
   *     the same ones
   */
  public Workers(int count) {
    this.threads =
        Executors.newFixedThreadPool(
            count,
            task -> {
              Thread thread = new Thread(task, "ppp-worker");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Does the work for each item and returns when all are done. Not to be called from within.
   *
   * @throws RuntimeException the first that an item's work threw, after all others have ended
   */
  public <T> void forEach(Collection<T> items, Consumer<T> work) {
    List<Future<?>> futures = new ArrayList<>();
    for (T item : items) {
      futures.add(threads.submit(() -> work.accept(item)));
    }
    RuntimeException first = null;
    for (Future<?> future : futures) {
      try {
        future.get();
      } catch (ExecutionException e) {
        RuntimeException problem =
            e.getCause() instanceof RuntimeException r ? r : new IllegalStateException(e);
        first = first == null ? problem : first;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
    if (first != null) {
      throw first;
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
