package org.partitionproxy.db;

/** Work that is done beside other work, so that it is done when it is needed. */
public final class Ahead {

  private Ahead() {}

  /** What fails here fails where it is needed, too, and is told there. */
  public static void run(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler((ahead, problem) -> {});
    thread.start();
  }
}
