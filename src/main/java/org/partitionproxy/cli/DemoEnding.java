package org.partitionproxy.cli;

/**
 * What a demo does when it ends, done once on every way out but SIGKILL: its own end, an error,
 * Ctrl-C and other signals.
 */
final class DemoEnding implements AutoCloseable {

  private final Runnable work;
  private final Thread hook = new Thread(this::end, "ppp-demo-ending");
  private volatile boolean begun;
  private boolean done;

  DemoEnding(Runnable work) {
    this.work = work;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Whether the servers may be gone already. */
  boolean hasBegun() {
    return begun;
  }

  private void end() {
    begun = true;
    synchronized (this) {
      if (!done) {
        done = true;
        work.run();
      }
    }
  }

  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending, and the hook has nothing left to do.
    }
  }
}
