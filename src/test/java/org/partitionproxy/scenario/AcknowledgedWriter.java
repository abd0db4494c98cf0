package org.partitionproxy.scenario;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * An application that keeps a ledger of its own: what the server acknowledged. It inserts, updates,
 * moves to other days and deletes rows of {@code keyed}, which has a primary key, and of {@code
 * bare}, which has none and holds every row twice.
 */
final class AcknowledgedWriter implements AutoCloseable {

  private static final int DAYS = 5;
  private static final Duration BETWEEN_WRITES = Duration.ofMillis(2);

  private final Client client;
  private final Random random;
  private final TreeMap<Integer, String> keyed = new TreeMap<>();
  private final TreeMap<Integer, String> bare = new TreeMap<>();
  private final List<String> failures = new ArrayList<>();
  private final Thread thread = new Thread(this::write, "application");
  private volatile boolean done;
  private final AtomicInteger writes = new AtomicInteger();
  private int next;

  /**
   * @param from of its own keys, as many as it likes
   */
  AcknowledgedWriter(Client client, int from, long seed) {
    this.client = client;
    this.next = from;
    this.random = new Random(seed);
  }

  void start() {
    thread.setDaemon(true);
    thread.start();
  }

  /** How many writes were acknowledged by now. */
  int writes() {
    return writes.get();
  }

  private void write() {
    try {
      while (!done) {
        writeOnce();
        writes.incrementAndGet();
        LockSupport.parkNanos(BETWEEN_WRITES.toNanos());
      }
    } catch (SQLException e) {
      failures.add(String.valueOf(e.getMessage()));
    }
  }

  private void writeOnce() throws SQLException {
    int what = random.nextInt(10);
    if (what < 4 || keyed.isEmpty()) {
      insert(next++, value());
    } else {
      int id = List.copyOf(keyed.keySet()).get(random.nextInt(keyed.size()));
      change(id, what < 8 ? value() : "");
    }
  }

  private void insert(int id, String value) throws SQLException {
    client.execute("INSERT INTO keyed (id, at, n) VALUES (" + id + ", " + value + ")");
    keyed.put(id, value);
    client.execute(
        "INSERT INTO bare (who, at, n) VALUES (%1$d, %2$s), (%1$d, %2$s)".formatted(id, value));
    bare.put(id, value);
  }

  private void change(int id, String value) throws SQLException {
    if (value.isEmpty()) {
      client.execute("DELETE FROM keyed WHERE id = " + id);
      keyed.remove(id);
      client.execute("DELETE FROM bare WHERE who = " + id);
      bare.remove(id);
    } else {
      client.execute("UPDATE keyed SET (at, n) = (" + value + ") WHERE id = " + id);
      keyed.put(id, value);
      client.execute("UPDATE bare SET (at, n) = (" + value + ") WHERE who = " + id);
      bare.put(id, value);
    }
  }

  /** A time on one of a few days, and a number. */
  private String value() {
    return "'2026-03-0%d %02d:30:00+00', %d"
        .formatted(1 + random.nextInt(DAYS), random.nextInt(24), random.nextInt(1_000_000));
  }

  /** Stops, and returns what went wrong. */
  List<String> stop() throws InterruptedException {
    done = true;
    thread.join();
    return failures;
  }

  List<String> keyed() {
    return keyed.entrySet().stream().map(e -> e.getKey() + ": " + e.getValue()).toList();
  }

  List<String> bare() {
    return bare.entrySet().stream()
        .flatMap(e -> List.of(e, e).stream())
        .map(e -> e.getKey() + ": " + e.getValue())
        .toList();
  }

  /** The rows from {@code from} on, in the form of this ledger. */
  static String rows(String table, String key, int from, int to) {
    return "SELECT %2$s || ': ''' || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || '+00'', ' || n FROM %1$s WHERE %2$s >= %3$d AND %2$s < %4$d ORDER BY %2$s"
        .formatted(table, key, from, to);
  }

  @Override
  public void close() throws SQLException {
    done = true;
    client.close();
  }
}
