package org.partitionproxy.db;

import java.time.Duration;

/**
 * The time between two looks at a server, for what it tells nobody of: that a line came to its log,
 * or that others have given back a lock which must not be queued for.
 */
public final class Pause {

  private Pause() {}

  /** Returns false, at once and with the thread still interrupted, where somebody interrupts it. */
  public static boolean of(Duration time) {
    try {
      Thread.sleep(time.toMillis());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
