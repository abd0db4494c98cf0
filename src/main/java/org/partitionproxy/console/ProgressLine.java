package org.partitionproxy.console;

import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.db.Pause;
import org.partitionproxy.server.ServerRuntime;
import org.partitionproxy.topology.ServerName;

/**
 * Tells on stderr how far long work is. On a terminal it is one line, written over and over;
 * elsewhere a plain line every few seconds, and none for work that is done by then. Safe for
 * threads; it never fails, and speaks by itself only when it is {@linkplain #ticking told to}.
 */
public final class ProgressLine implements ServerRuntime.Progress, AutoCloseable {

  private static final Duration TERMINAL_INTERVAL = Duration.ofMillis(100);
  private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(5);
  private static final Duration TICK = Duration.ofSeconds(1);

  /** What is left of a line of 80 characters before a terminal would break it. */
  private static final int WIDTH = 79;

  /** Of them there are so many that the rate tells more than the number. */
  private static final String ROWS = "rows";

  private static final String ERASE_LINE = "\r\u001b[K";

  /** One piece of work, and how far it is. */
  private record Work(String what, String unit, int total, int done, Instant begun) {

    Work advanced(int by) {
      return new Work(what, unit, total, Math.min(total, done + by), begun);
    }

    boolean complete() {
      return total > 0 && done == total;
    }

    String describe(Instant now) {
      Duration elapsed = Duration.between(begun, now);
      if (total == 0) {
        return what + ", " + Durations.compact(elapsed);
      }
      String text =
          what + ": " + done + "/" + total + " " + unit + ", " + Durations.compact(elapsed);
      if (unit.equals(ROWS) && elapsed.toSeconds() > 0) {
        text += ", " + done / elapsed.toSeconds() + " " + ROWS + "/s";
      }
      if (done == 0 || complete()) {
        return text;
      }
      Duration left = elapsed.multipliedBy(total - done).dividedBy(done);
      return text + ", about " + Durations.compact(left) + " left";
    }
  }

  private final PrintStream err;
  private final boolean terminal;
  private final Clock clock;
  private @Nullable Work work;
  private Instant nextShow = Instant.MIN;
  private boolean lineOpen;
  private boolean spoken;
  private @Nullable Thread ticker;

  public ProgressLine(PrintStream err, boolean terminal, Clock clock) {
    this.err = err;
    this.terminal = terminal;
    this.clock = clock;
  }

  /** From now on it shows how the time passes, whether anything advances or not. */
  public synchronized ProgressLine ticking() {
    Thread thread = new Thread(this::tick, "ppp-progress");
    thread.setDaemon(true);
    thread.start();
    ticker = thread;
    return this;
  }

  private void tick() {
    while (Pause.of(TICK)) {
      synchronized (this) {
        show();
        err.flush();
      }
    }
  }

  /** Begins a piece of work of which nothing is counted. */
  public void begin(String what) {
    begin(what, "", 0);
  }

  /**
   * Begins a piece of work; the one before it is over.
   *
   * @param what with a verb: {@code "migrating"}
   * @param unit that is counted, in the plural: {@code "tenants"}
   */
  public synchronized void begin(String what, String unit, int total) {
    end();
    work = new Work(what, unit, total, 0, clock.instant());
    spoken = false;
    nextShow = terminal ? Instant.MIN : clock.instant().plus(PLAIN_INTERVAL);
    show();
  }

  /** One more is done. */
  public void advance() {
    advance(1);
  }

  public synchronized void advance(int by) {
    if (work != null) {
      work = work.advanced(by);
      show();
    }
  }

  /** A line that stays, above the progress. */
  public void say(String line) {
    above(() -> err.print(line + "\n"));
  }

  /** Lets something else be written to the terminal, in lines of its own. */
  public synchronized void above(Runnable writing) {
    erase();
    err.flush();
    writing.run();
    nextShow = terminal ? Instant.MIN : nextShow;
    show();
    err.flush();
  }

  @Override
  public void report(ServerName server, String message) {
    say(server + ": " + message);
  }

  @Override
  public synchronized void close() {
    if (ticker != null) {
      ticker.interrupt();
      ticker = null;
    }
    finish();
  }

  /** Ends the work, and leaves nothing of it on a terminal. */
  public synchronized void finish() {
    end();
    err.flush();
  }

  private void end() {
    erase();
    if (work != null && !terminal && spoken) {
      err.print(work.describe(clock.instant()) + "\n");
    }
    work = null;
  }

  private void show() {
    Instant now = clock.instant();
    Duration interval = terminal ? TERMINAL_INTERVAL : PLAIN_INTERVAL;
    if (work == null || now.isBefore(nextShow)) {
      return;
    }
    String text = work.describe(now);
    if (terminal) {
      err.print(ERASE_LINE + (text.length() > WIDTH ? text.substring(0, WIDTH) : text));
      err.flush();
      lineOpen = true;
    } else if (!work.complete()) {
      err.print(text + "\n");
      spoken = true;
    }
    nextShow = now.plus(interval);
  }

  private void erase() {
    if (lineOpen) {
      err.print(ERASE_LINE);
      lineOpen = false;
    }
  }
}
