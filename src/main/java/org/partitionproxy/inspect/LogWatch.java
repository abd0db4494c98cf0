package org.partitionproxy.inspect;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.partitionproxy.db.Pause;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Diagnostic;

/** Shows the newest of a server's log, and what comes after it while somebody watches. */
public final class LogWatch {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration RETRY = Duration.ofMillis(500);
  private static final int BATCH = 1000;

  /** Told what is found; called from the thread that watches. */
  public interface Listener {

    /** Why statements may be missing in the log. */
    void warn(List<Diagnostic> warnings);

    /**
     * @param entries oldest first; may be none
     * @return whether anybody wants more
     */
    boolean show(List<LogEntry> entries);

    /** The server is gone; it is asked again and again until it answers. */
    void disconnected(SqlFailure reason);

    /** The server answers again; what it logged meanwhile comes next. */
    void reconnected();
  }

  private final Supplier<Session> connector;
  private final LogQuery query;
  private final Listener listener;
  private final LogTally tally = new LogTally();

  public LogWatch(Supplier<Session> connector, LogQuery query, Listener listener) {
    this.connector = connector;
    this.query = query;
    this.listener = listener;
  }

  /** What was left out so far; may be asked from another thread. */
  public LogTally tally() {
    return tally;
  }

  /**
   * Shows the newest entries.
   *
   * @throws org.partitionproxy.diagnostic.PppException if the server cannot be reached, or keeps no
   *     log that can be read
   */
  public void once() {
    try (Session session = connector.get()) {
      newest(LogReader.open(session, query, tally));
    }
  }

  /**
   * Shows the newest entries, then those that come, over restarts of the server, until the listener
   * wants no more or the thread is interrupted.
   *
   * @throws org.partitionproxy.diagnostic.PppException as {@link #once()}, at the first connection;
   *     later, only if the log cannot be read any more
   */
  public void follow() {
    Optional<LogFollower> place = Optional.empty();
    boolean wanted = true;
    while (wanted) {
      try (Session session = connector.get()) {
        LogReader reader = LogReader.open(session, query, tally);
        if (place.isEmpty()) {
          LogPage page = newest(reader);
          place = Optional.of(page.follower());
        } else {
          listener.reconnected();
        }
        poll(reader, place.get());
        wanted = false;
      } catch (SqlFailure failure) {
        if (place.isEmpty() || !failure.isUnreachable()) {
          throw failure;
        }
        wanted = awaitServer(failure);
      }
    }
  }

  private LogPage newest(LogReader reader) {
    listener.warn(reader.warnings());
    LogPage page = reader.newest();
    listener.show(page.entries());
    return page;
  }

  private void poll(LogReader reader, LogFollower follower) {
    boolean wanted = true;
    while (wanted) {
      Batch batch = new Batch();
      try {
        follower.poll(reader, batch::add);
      } finally {
        // What the follower has read it does not read again.
        wanted = batch.flush();
      }
      wanted = wanted && Pause.of(POLL);
    }
  }

  private final class Batch {
    private List<LogEntry> entries = new ArrayList<>();
    private boolean wanted = true;

    void add(LogEntry entry) {
      entries.add(entry);
      if (entries.size() == BATCH) {
        flush();
      }
    }

    boolean flush() {
      wanted = listener.show(entries) && wanted;
      entries = new ArrayList<>();
      return wanted;
    }
  }

  /** Returns whether the watch goes on: a server answers on its port, or is asked once more. */
  private boolean awaitServer(SqlFailure failure) {
    listener.disconnected(failure);
    while (Pause.of(RETRY)) {
      try (Session session = connector.get()) {
        return session.isAlive();
      } catch (SqlFailure again) {
        if (!again.isUnreachable()) {
          throw again;
        }
      }
    }
    return false;
  }
}
