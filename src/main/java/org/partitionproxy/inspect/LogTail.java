package org.partitionproxy.inspect;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.partitionproxy.db.Pause;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.topology.ServerDefinition;

/**
 * Everything that a server logs from some moment on, whoever caused it, line by line as it comes:
 * for what needs the logs of several servers at once. Keeps one session, and none of the log in
 * memory.
 */
public final class LogTail {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration RETRY = Duration.ofMillis(500);

  /** Told what is read; called from the thread that reads, which waits as long as a call takes. */
  public interface Listener {

    /**
     * There is a session, the first or another one after {@link #disconnected}.
     *
     * @param session for questions of the listener's own, which are kept out of the log
     * @param warnings why statements may be missing in the log
     */
    void connected(Session session, List<Diagnostic> warnings);

    /**
     * What has been logged until now is going to be read.
     *
     * @return whether anybody wants it
     */
    boolean polling(Session session);

    /** In the order of the log, which differs a little from that of the times. */
    void read(LogEntry entry);

    /** What had been logged at the last {@link #polling} has been read. */
    void polled();

    /** The server is gone, or was never there; it is asked again and again until it answers. */
    void disconnected(SqlFailure reason);
  }

  private final Supplier<Session> connector;
  private final LogQuery query;
  private final Supplier<Instant> since;
  private final Listener listener;
  private final LogTally tally = new LogTally();
  private Optional<LogFollower> place = Optional.empty();

  /**
   * @param since asked after the first {@link Listener#connected}; by the server's clock
   */
  public LogTail(
      ServerDefinition server,
      Supplier<Session> connector,
      Supplier<Instant> since,
      Listener listener) {
    this.connector = connector;
    this.query =
        new LogQuery(server, Optional.empty(), true, Optional.empty(), Optional.empty(), 0);
    this.since = since;
    this.listener = listener;
  }

  /** What could not be read so far; may be asked from another thread. */
  public LogTally tally() {
    return tally;
  }

  /**
   * Reads until the listener wants no more or the thread is interrupted. A server that is away is
   * waited for.
   *
   * @throws org.partitionproxy.diagnostic.PppException if the server keeps no log that can be read,
   *     or lets nobody in
   */
  public void run() {
    boolean away = false;
    boolean wanted = true;
    while (wanted) {
      try (Session session = connector.get()) {
        LogReader reader = LogReader.open(session, query, tally);
        listener.connected(session, reader.warnings());
        away = false;
        poll(session, reader);
        wanted = false;
      } catch (SqlFailure failure) {
        if (!failure.isUnreachable()) {
          throw failure;
        }
        if (!away) {
          listener.disconnected(failure);
        }
        away = true;
        wanted = Pause.of(RETRY);
      }
    }
  }

  private void poll(Session session, LogReader reader) {
    LogFollower follower = place.orElseGet(() -> reader.since(since.get()));
    place = Optional.of(follower);
    while (listener.polling(session)) {
      follower.poll(reader, listener::read);
      listener.polled();
      if (!Pause.of(POLL)) {
        return;
      }
    }
  }
}
