package org.partitionproxy.demo;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;

/**
 * Has the example's function make operations, some at a time, so that a replica gets them while
 * others are made.
 */
public final class OperationGenerator implements AutoCloseable {

  private static final int AT_A_TIME = 50_000;
  private static final Duration END = Duration.ofSeconds(5);

  private final Sql call;
  private final int wanted;
  private final Supplier<Session> connect;
  private final Thread thread = new Thread(this::run, "ppp-demo-generator");
  private volatile boolean open = true;
  private final AtomicInteger made = new AtomicInteger();
  private volatile @Nullable Session session;
  private volatile @Nullable Duration took;
  private volatile @Nullable String problem;

  /**
   * @param function takes how many it has to make, and returns how many it made
   */
  public OperationGenerator(QualifiedName function, int wanted, Supplier<Session> connect) {
    this.call = Sql.of("SELECT {}(?) AS made", function);
    this.wanted = wanted;
    this.connect = connect;
    thread.setDaemon(true);
  }

  public void start() {
    thread.start();
  }

  public int wanted() {
    return wanted;
  }

  public int made() {
    return made.get();
  }

  /** How long all of them took; empty until they are there. */
  public Optional<Duration> took() {
    return Optional.ofNullable(took);
  }

  /** Why there will be no more. */
  public Optional<String> problem() {
    return Optional.ofNullable(problem);
  }

  private void run() {
    long begun = System.nanoTime();
    try (Session opened = connect.get()) {
      session = opened;
      while (open && made.get() < wanted) {
        int next = Math.min(AT_A_TIME, wanted - made.get());
        made.addAndGet(opened.query(call, row -> row.integer("made"), next).get(0));
      }
      if (made.get() >= wanted) {
        took = Duration.ofNanos(System.nanoTime() - begun);
      }
    } catch (SqlFailure e) {
      if (open) {
        problem = e.diagnostics().get(0).summary();
      }
    }
  }

  /** What is under way is cancelled. */
  @Override
  public void close() {
    open = false;
    Session running = session;
    if (running != null && thread.isAlive()) {
      running.cancel();
    }
    try {
      thread.join(END.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
