package org.partitionproxy.demo;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;

/**
 * An application that goes on to write messages while their table is converted: it changes one,
 * inserts one, and deletes that again, so that in the end there are as many as before.
 *
 * <p>Through the veneer each statement is a transaction in REPEATABLE READ on the shard. One that
 * began before the tables changed places may be refused, or find no row; then it is repeated, as
 * applications on the veneer have to.
 */
public final class ChatWriter implements AutoCloseable {

  /** Leaves a mark, so that none can be lost unnoticed. */
  private static final String UPDATE =
      """
      UPDATE acme.chat_messages SET body = body || '!' WHERE id = ? RETURNING id""";

  private static final String INSERT =
      """
      INSERT INTO acme.chat_messages (chat_id, chat_created_at, created_at, body)
      VALUES (?, timestamptz '2022-01-01 00:00+00' + ? * interval '1 hour',
        timestamptz '2022-01-01 12:00+00' + ? * interval '1 hour', 'Written meanwhile')
      RETURNING id""";

  private static final String DELETE =
      """
      DELETE FROM acme.chat_messages WHERE id = ? RETURNING id""";

  private static final String MARKS =
      """
      SELECT coalesce(sum(length(body) - length(replace(body, '!', ''))), 0) AS marks
      FROM acme.chat_messages""";

  private static final Duration PAUSE = Duration.ofMillis(10);
  private static final Duration END = Duration.ofSeconds(30);

  private final ChatLoad load;
  private final Supplier<Session> connect;
  private final Thread thread = new Thread(this::run, "ppp-demo-writer");
  private volatile boolean open = true;
  private volatile boolean ended;
  private volatile String problem = "";
  private long changes;
  private long writes;
  private long repeated;
  private long slowestNanos;

  public ChatWriter(ChatLoad load, Supplier<Session> connect) {
    this.load = load;
    this.connect = connect;
    thread.setDaemon(true);
  }

  public void start() {
    thread.start();
  }

  /**
   * What it did.
   *
   * @param changes of messages that stay
   * @param writes all statements that changed a row
   * @param repeated tries that did not
   * @param slowest of the writes, with all their tries
   * @param problem the last reason for another try, or empty
   */
  public record Done(long changes, long writes, long repeated, Duration slowest, String problem) {}

  public synchronized Done done() {
    return new Done(changes, writes, repeated, Duration.ofNanos(slowestNanos), problem);
  }

  /** Those changes that the table has: on the shard, or through the veneer. */
  public static long changesIn(Session session) {
    return session.query(MARKS, row -> row.number("marks")).get(0);
  }

  /** Whether no message of its own is left. */
  public boolean isEnded() {
    return ended;
  }

  private void run() {
    try (Session session = connect.get()) {
      ThreadLocalRandom random = ThreadLocalRandom.current();
      while (open) {
        long message = 1 + random.nextLong(load.messages());
        once(() -> session.query(UPDATE, row -> row.number("id"), message));
        changed();
        int chat = random.nextInt(load.chats());
        long inserted =
            once(() -> session.query(INSERT, row -> row.number("id"), chat + 1, chat, chat));
        once(() -> session.query(DELETE, row -> row.number("id"), inserted));
        LockSupport.parkNanos(PAUSE.toNanos());
      }
      ended = true;
    } catch (SqlFailure e) {
      problem = e.diagnostics().get(0).summary();
    }
  }

  private long once(Supplier<List<Long>> statement) {
    long begun = System.nanoTime();
    while (true) {
      try {
        List<Long> rows = statement.get();
        if (!rows.isEmpty()) {
          wrote(System.nanoTime() - begun);
          return rows.get(0);
        }
        again("no row was found");
      } catch (SqlFailure e) {
        if (!e.sqlState().equals("40001")) {
          throw e;
        }
        again(e.diagnostics().get(0).summary());
      }
    }
  }

  private synchronized void wrote(long nanos) {
    writes++;
    slowestNanos = Math.max(slowestNanos, nanos);
  }

  private synchronized void changed() {
    changes++;
  }

  private synchronized void again(String reason) {
    repeated++;
    problem = reason;
  }

  /** Ends when what it inserted last is deleted. */
  @Override
  public void close() {
    open = false;
    try {
      thread.join(END.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
