package org.partitionproxy.provision;

/** Work that is done while others wait for servers, so that it is done when it is needed. */
final class Ahead {

  private Ahead() {}

  /** What fails here fails where it is needed, too, and is told there. */
  static void run(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler((ahead, problem) -> {});
    thread.start();
  }
}
