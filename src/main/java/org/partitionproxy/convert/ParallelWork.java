package org.partitionproxy.convert;

import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.ToLongBiFunction;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.Workers;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.workflow.OpenWorkflow;

/** Work that several sessions share, each piece in a transaction of its own, held back at need. */
final class ParallelWork implements AutoCloseable {

  /**
   * A crash of the server may undo the last pieces, but only together with what tells that they
   * were done, and with all that came after them.
   *
   * @see <a href="https://www.postgresql.org/docs/18/wal-async-commit.html">PostgreSQL, 28.4</a>
   */
  static final Sql UNSYNCED = Sql.of("SET synchronous_commit = off");

  private static final List<Sql> SETTINGS =
      List.of(
          UNSYNCED,
          // Each piece is planned anew, and short: compiling it would take longer than it gains.
          Sql.of("SET jit = off"),
          // Or a checkpoint has much to sync at once, and commits of others wait for that.
          Sql.of("SET backend_flush_after = '512kB'"));

  private final OpenWorkflow workflow;
  private final int jobs;
  private final Workers workers;

  /** Opened while the first steps are done. */
  private final Queue<CompletableFuture<Session>> idle = new ConcurrentLinkedQueue<>();

  private final Throttle throttle;
  private final ConversionListener listener;

  ParallelWork(OpenWorkflow workflow, ConversionRequest request, ConversionListener listener) {
    this.workflow = workflow;
    this.jobs = Math.max(1, request.jobs());
    this.workers = new Workers(jobs);
    this.throttle = new Throttle(request);
    this.listener = listener;
    for (int i = 0; i < jobs; i++) {
      idle.add(workers.begin(this::open));
    }
  }

  /**
   * Where a piece fails, the others end what they are at, and begin no more.
   *
   * @param work returns how far it brought the conversion
   */
  <T> void each(List<T> pieces, ToLongBiFunction<Session, T> work) {
    Queue<T> left = new ConcurrentLinkedQueue<>(pieces);
    int hands = Math.min(jobs, pieces.size());
    workers.forEach(Collections.nCopies(hands, left), queue -> work(queue, work));
  }

  private <T> void work(Queue<T> left, ToLongBiFunction<Session, T> work) {
    Session session = session();
    boolean done = false;
    try {
      for (T piece = left.poll(); piece != null; piece = left.poll()) {
        throttle.await(session);
        listener.advances(work.applyAsLong(session, piece));
      }
      idle.add(CompletableFuture.completedFuture(session));
      done = true;
    } finally {
      if (!done) {
        left.clear();
        session.close();
      }
    }
  }

  private Session session() {
    CompletableFuture<Session> before = idle.poll();
    try {
      return before == null ? open() : before.join();
    } catch (CompletionException e) {
      return open();
    }
  }

  private Session open() {
    Session session = workflow.another();
    session.execute(SETTINGS);
    return session;
  }

  @Override
  public void close() {
    idle.forEach(session -> session.handle(ParallelWork::end).join());
    workers.close();
  }

  private static boolean end(@Nullable Session session, @Nullable Throwable failure) {
    if (session != null) {
      session.close();
    }
    return failure == null;
  }
}
