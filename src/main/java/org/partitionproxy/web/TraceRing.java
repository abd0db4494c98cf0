package org.partitionproxy.web;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.trace.Forwarded;
import org.partitionproxy.trace.Trace;

/**
 * The newest traces, numbered from 1, and those who read them. Nothing is kept for a reader but its
 * place: one that is still writing when what it needs next is gone is slow, and dropped.
 */
final class TraceRing {

  /** A trace as it is sent, and itself for its plan. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Entry(long id, Trace trace, byte[] json) {

    /** About the memory it takes. */
    long bytes() {
      long letters = trace.statement().length();
      for (Forwarded one : trace.forwarded()) {
        letters += one.statement().length();
      }
      return json.length + letters;
    }
  }

  /**
   * What a reader has not seen.
   *
   * @param missed traces that are gone
   */
  record Portion(long missed, List<Entry> entries) {}

  private final int most;
  private final long mostBytes;
  private final Deque<Entry> entries = new ArrayDeque<>();
  private final List<Reader> readers = new ArrayList<>();
  private long bytes;
  private long last;
  private boolean closed;

  TraceRing(int most, long mostBytes) {
    this.most = most;
    this.mostBytes = mostBytes;
  }

  synchronized void add(Trace trace, byte[] json) {
    last++;
    Entry added = new Entry(last, trace, json);
    entries.addLast(added);
    bytes += added.bytes();
    while (entries.size() > most || (bytes > mostBytes && entries.size() > 1)) {
      bytes -= entries.removeFirst().bytes();
    }
  }

  /** Wakes those who wait for what was added, and drops those who are too slow for it. */
  synchronized void announce() {
    for (Reader reader : List.copyOf(readers)) {
      if (!reader.waiting && reader.seen + 1 < oldest()) {
        drop(reader);
      }
    }
    notifyAll();
  }

  /**
   * Its thread may hang in a write for as long as nobody reads at the other end. An interruption
   * closes the socket's channel ({@link java.nio.channels.InterruptibleChannel}).
   */
  private void drop(Reader reader) {
    readers.remove(reader);
    reader.thread.interrupt();
  }

  private long oldest() {
    return entries.isEmpty() ? last + 1 : entries.getFirst().id();
  }

  synchronized Optional<Trace> find(long id) {
    return entries.stream().filter(entry -> entry.id() == id).map(Entry::trace).findFirst();
  }

  synchronized int readers() {
    return readers.size();
  }

  synchronized void close() {
    closed = true;
    List.copyOf(readers).forEach(this::drop);
    notifyAll();
  }

  /**
   * For the current thread.
   *
   * @param seen the last trace that it knows; 0 for none
   * @return empty if there are enough readers
   */
  synchronized Optional<Reader> register(long seen, int mostReaders) {
    if (closed || readers.size() >= mostReaders) {
      return Optional.empty();
    }
    Reader reader = new Reader(Thread.currentThread(), Math.min(seen, last));
    readers.add(reader);
    return Optional.of(reader);
  }

  /** Also takes back an interruption: the thread belongs to a pool. */
  private synchronized void unregister(Reader reader) {
    readers.remove(reader);
    if (!closed) {
      Thread.interrupted();
    }
  }

  private synchronized Portion next(Reader reader, Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    reader.waiting = true;
    try {
      for (long left = patience.toMillis(); left > 0 && last == reader.seen; ) {
        wait(left);
        left = (end - System.nanoTime()) / 1_000_000;
      }
    } finally {
      reader.waiting = false;
    }
    if (!readers.contains(reader)) {
      throw new InterruptedException("dropped");
    }
    long missed = Math.max(0, oldest() - 1 - reader.seen);
    List<Entry> unseen = entries.stream().filter(entry -> entry.id() > reader.seen).toList();
    reader.seen = last;
    return new Portion(missed, unseen);
  }

  /** One who reads, in its own thread. */
  final class Reader implements AutoCloseable {

    private final Thread thread;
    private long seen;
    private boolean waiting;

    private Reader(Thread thread, long seen) {
      this.thread = thread;
      this.seen = seen;
    }

    /**
     * Waits for something new.
     *
     * @return without entries when there was none for so long
     * @throws InterruptedException if this reader was dropped
     */
    Portion next(Duration patience) throws InterruptedException {
      return TraceRing.this.next(this, patience);
    }

    @Override
    public void close() {
      unregister(this);
    }
  }
}
