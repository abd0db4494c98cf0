package org.partitionproxy.partition;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many sessions of a run are free to help at any shard: those beyond one for each, and in the
 * end those of shards that are done while others are not.
 */
final class SpareSessions {

  private final int most;
  private final Semaphore free;
  private final AtomicInteger waiting;

  /**
   * @param jobs how many at once in all
   * @param shards each of which has one session as long as it takes
   */
  SpareSessions(int jobs, int shards) {
    this.most = jobs;
    this.free = new Semaphore(Math.max(0, jobs - shards));
    this.waiting = new AtomicInteger(Math.max(0, shards - jobs));
  }

  /** How many sessions one shard may have. */
  int most() {
    return most;
  }

  /** Whether the caller has got one, to be given back. */
  boolean take() {
    return free.tryAcquire();
  }

  void giveBack() {
    free.release();
  }

  /** A shard is done: its session is free, unless another shard has waited for it. */
  void shardIsDone() {
    if (waiting.getAndDecrement() <= 0) {
      free.release();
    }
  }
}
