package org.partitionproxy.inspect;

import java.util.concurrent.atomic.AtomicLong;

/** What was read and not shown; counted up while a log is read. */
public final class LogTally {

  private final AtomicLong leftOut = new AtomicLong();
  private final AtomicLong unreadable = new AtomicLong();
  private final AtomicLong tooLong = new AtomicLong();

  private volatile boolean limited;

  LogTally() {}

  /** Statements on the server that belong to others; {@code --all} shows them. */
  public long leftOut() {
    return leftOut.get();
  }

  /** Lines that are no JSON: cut by a crash of the server, or written by something else. */
  public long unreadable() {
    return unreadable.get();
  }

  /** Lines over 16 MiB. */
  public long tooLong() {
    return tooLong.get();
  }

  /** Whether reading ended at the limit, so that there may be older entries. */
  public boolean limited() {
    return limited;
  }

  void setLimited() {
    limited = true;
  }

  void countLeftOut() {
    leftOut.incrementAndGet();
  }

  void countUnreadable() {
    unreadable.incrementAndGet();
  }

  void addTooLong(long lines) {
    tooLong.addAndGet(lines);
  }
}
