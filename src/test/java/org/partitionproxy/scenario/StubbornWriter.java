package org.partitionproxy.scenario;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/** Inserts items, whatever happens to the server, and knows which were acknowledged. */
final class StubbornWriter implements AutoCloseable {

  private static final Duration BETWEEN_WRITES = Duration.ofMillis(5);

  private final Callable<Client> login;
  private final Thread thread = new Thread(this::write, "writer");
  private final List<String> acknowledged = new CopyOnWriteArrayList<>();
  private volatile boolean done;
  private int next;

  /**
   * @param from its first id, of as many as it likes
   */
  StubbornWriter(Callable<Client> login, int from) {
    this.login = login;
    this.next = from;
    thread.setDaemon(true);
    thread.start();
  }

  /** The ids of rows that the server has confirmed. */
  List<String> acknowledged() {
    return new ArrayList<>(acknowledged);
  }

  private void write() {
    while (!done) {
      try (Client client = login.call()) {
        while (!done) {
          int id = next++;
          client.execute("INSERT INTO items VALUES (" + id + ", 'written')");
          acknowledged.add(Integer.toString(id));
          LockSupport.parkNanos(BETWEEN_WRITES.toNanos());
        }
      } catch (SQLException e) {
        LockSupport.parkNanos(BETWEEN_WRITES.toNanos());
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    done = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
