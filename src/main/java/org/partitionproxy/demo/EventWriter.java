package org.partitionproxy.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;

/**
 * An application that writes events, as evenly as it can, each in a transaction of its own. A
 * connection that is lost is opened again; an event that fails is counted and not repeated, since
 * nobody knows whether it is there.
 */
public final class EventWriter implements AutoCloseable {

  private static final int MOST_THREADS = 8;

  /** Events a second that one connection can easily write. */
  private static final int RATE_OF_THREAD = 50;

  /** {@code check_violation}, which is also what a row gets for which there is no partition. */
  private static final String NO_PARTITION = "23514";

  private static final Duration AFTER_FAILURE = Duration.ofMillis(200);
  private static final Duration END = Duration.ofSeconds(3);

  private static final List<String> MESSAGES =
      List.of("signed in", "opened a page", "put a book into the basket", "paid", "signed out");
  private static final List<String> TAGS = List.of("web", "mobile", "new", "returning", "slow");

  private final List<QualifiedName> tables;
  private final Supplier<Session> connect;
  private final long nanosBetween;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean open = true;

  private long events;
  private long withoutPartition;
  private long failed;
  private long reconnects;
  private long slowestNanos;
  private Optional<String> problem = Optional.empty();

  /**
   * @param tables that take turns
   * @param rate events a second, of all tables together
   * @param connect as a client whose TimeZone is that of the partitions
   */
  public EventWriter(List<QualifiedName> tables, double rate, Supplier<Session> connect) {
    this.tables = List.copyOf(tables);
    this.connect = connect;
    int count = (int) Math.max(1, Math.min(MOST_THREADS, rate / RATE_OF_THREAD));
    this.nanosBetween = Math.max(1, (long) (1e9 * count / rate));
    for (int i = 0; i < count; i++) {
      int first = i;
      Thread thread = new Thread(() -> write(first, count), "ppp-demo-writer-" + i);
      thread.setDaemon(true);
      threads.add(thread);
    }
  }

  public void start() {
    threads.forEach(Thread::start);
  }

  public synchronized Written written() {
    return new Written(
        events, withoutPartition, failed, reconnects, Duration.ofNanos(slowestNanos), problem);
  }

  private void write(int first, int step) {
    @Nullable Session session = null;
    boolean connected = false;
    long next = System.nanoTime();
    for (long turn = first; open; turn += step) {
      try {
        if (session == null) {
          session = connect.get();
          note(connected);
          connected = true;
        }
        long begun = System.nanoTime();
        insert(session, tables.get((int) (turn % tables.size())));
        done(System.nanoTime() - begun);
      } catch (SqlFailure e) {
        failed(e, session != null);
        if (session != null && e.isUnreachable()) {
          session.close();
          session = null;
        }
        LockSupport.parkNanos(AFTER_FAILURE.toNanos());
      }
      next = awaitTurn(next);
    }
    if (session != null) {
      session.close();
    }
  }

  /** What is late by more than a second is not made up for. */
  private long awaitTurn(long last) {
    long next = Math.max(last + nanosBetween, System.nanoTime() - Duration.ofSeconds(1).toNanos());
    for (long left = next - System.nanoTime(); open && left > 0; left = next - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    return next;
  }

  private static void insert(Session session, QualifiedName table) {
    session.query(
        Sql.of("INSERT INTO {} (payload) VALUES (?::jsonb) RETURNING id", table),
        row -> row.number("id"),
        payload());
  }

  /** All its texts are plain ones. */
  private static String payload() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return String.format(
        Locale.ROOT,
        "{\"id\": \"%s\", \"timestamp\": \"%s\", \"value\": %.4f, \"message\": \"%s\","
            + " \"tags\": [\"%s\", \"%s\"]}",
        UUID.randomUUID(),
        Instant.now(),
        random.nextDouble() * 100,
        MESSAGES.get(random.nextInt(MESSAGES.size())),
        TAGS.get(random.nextInt(2)),
        TAGS.get(2 + random.nextInt(TAGS.size() - 2)));
  }

  private synchronized void note(boolean again) {
    if (again) {
      reconnects++;
    }
  }

  private synchronized void done(long nanos) {
    events++;
    slowestNanos = Math.max(slowestNanos, nanos);
  }

  private synchronized void failed(SqlFailure e, boolean sent) {
    if (!open) {
      return; // it ends, and so may the servers
    }
    String summary = e.diagnostics().get(0).summary();
    problem = Optional.of(summary);
    if (!sent) {
      return; // no event was on its way
    }
    if (e.sqlState().equals(NO_PARTITION) && summary.contains("no partition")) {
      withoutPartition++;
    } else {
      failed++;
    }
  }

  /** Ends when the events that are on their way are done, or after a few seconds. */
  @Override
  public void close() {
    open = false;
    threads.forEach(LockSupport::unpark);
    long end = System.nanoTime() + END.toNanos();
    try {
      for (Thread thread : threads) {
        thread.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
