package org.partitionproxy.cli;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Work that a thread of its own does at even intervals, the first time after one of them. */
final class Repeated implements AutoCloseable {

  private static final long END_MILLIS = 3000;

  private final Duration interval;
  private final Runnable work;
  private final Thread thread;
  private volatile boolean open = true;

  /**
   * @param work that throws nothing; what takes longer than an interval is done again at once
   */
  Repeated(String name, Duration interval, Runnable work) {
    this.interval = interval;
    this.work = work;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    long next = System.nanoTime() + interval.toNanos();
    while (open) {
      long left = next - System.nanoTime();
      if (left > 0) {
        LockSupport.parkNanos(left);
      } else {
        work.run();
        next += interval.toNanos();
      }
    }
  }

  /** Waits a few seconds for work that is under way. */
  @Override
  public void close() {
    open = false;
    LockSupport.unpark(thread);
    try {
      thread.join(END_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
