package org.partitionproxy.db;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/** A fixed number of threads that share the work of one run. */
public final class Workers implements AutoCloseable {

  private final ExecutorService threads;
  private final Set<Thread> own = ConcurrentHashMap.newKeySet();

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
              own.add(thread);
              return thread;
            });
  }

  /**
   * Does the work for each item and returns when all are done. Work of one of these threads that
   * calls it does all of that itself, one item after the other: the others have work already.
   *
   * @throws RuntimeException the first that an item's work threw, after all others have ended
   * @throws PppException if this thread was interrupted; the work is interrupted too
   */
  public <T> void forEach(Collection<T> items, Consumer<T> work) {
    map(
        items,
        item -> {
          work.accept(item);
          return true;
        });
  }

  /** The same; returns what the work returned, in the order of the items, which is theirs too. */
  public <T, R> List<R> map(Collection<T> items, Function<T, R> work) {
    List<Callable<R>> calls = new ArrayList<>();
    items.forEach(item -> calls.add(() -> work.apply(item)));
    try {
      List<R> results = new ArrayList<>();
      for (Future<R> future : endOfAll(calls)) {
        results.add(future.get());
      }
      return results;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
      throw new PppException(
          Diagnostic.error(
              Code.INTERRUPTED,
              "interrupted",
              "Run the same command again; it goes on with what is left."),
          e);
    }
  }

  /** Begins something that is wanted later. */
  public <T> CompletableFuture<T> begin(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, threads);
  }

  private <R> List<? extends Future<R>> endOfAll(List<Callable<R>> calls)
      throws InterruptedException {
    if (!own.contains(Thread.currentThread())) {
      return threads.invokeAll(calls);
    }
    List<FutureTask<R>> tasks = calls.stream().map(FutureTask::new).toList();
    tasks.forEach(FutureTask::run);
    return tasks;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
