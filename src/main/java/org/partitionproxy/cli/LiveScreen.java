package org.partitionproxy.cli;

import java.io.IOError;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.IntConsumer;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.NonBlockingReader;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/**
 * A terminal's alternate screen, drawn anew each second and at each key, by a thread of its own,
 * until q or Ctrl-C. However ppp ends, but by SIGKILL, the terminal is left as it was.
 */
final class LiveScreen implements AutoCloseable {

  /** What is on it. */
  @FunctionalInterface
  interface Picture {

    /** Lines that are no wider than {@code width} characters, at most {@code height} of them. */
    List<String> lines(int width, int height);
  }

  private static final long KEY_MILLIS = 200;
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final long JOIN_MILLIS = 2000;

  /** ECMA-48 and xterm's private modes: alternate screen, no cursor, no wrapping of lines. */
  private static final String ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J";

  private static final String LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
  private static final String HOME = "\u001b[H";
  private static final String END_OF_LINE = "\u001b[K\r\n";
  private static final String BELOW = "\u001b[J";

  private final Terminal terminal;
  private final Picture picture;
  private final IntConsumer keys;
  private final Clock clock;
  private final Thread thread = new Thread(this::run, "ppp-screen");
  private final Thread ending = new Thread(this::restore, "ppp-screen-ending");
  private final Attributes before;
  private volatile boolean open = true;
  private boolean restored;

  /**
   * Takes the terminal, which is closed with this.
   *
   * @param keys told of each key but q
   */
  LiveScreen(Terminal terminal, Picture picture, IntConsumer keys, Clock clock) {
    this.terminal = terminal;
    this.picture = picture;
    this.keys = keys;
    this.clock = clock;
    this.before = terminal.enterRawMode();
    terminal.handle(Terminal.Signal.INT, signal -> leave());
    Runtime.getRuntime().addShutdownHook(ending);
    write(ENTER);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * The terminal of this process, by the programs stty and tty: the other ways unpack a native
   * library, and newer JDKs warn.
   *
   * @param hint what to do where it cannot be used
   */
  static Terminal terminal(String command, String hint) {
    try {
      return TerminalBuilder.builder()
          .system(true)
          .provider(TerminalBuilder.PROP_PROVIDER_EXEC)
          .dumb(false)
          .encoding(StandardCharsets.UTF_8)
          .build();
    } catch (IOException e) {
      throw new PppException(
          Diagnostic.error(
              Code.SHELL_FILE_FAILED,
              command + " cannot use the terminal: " + e.getMessage(),
              hint),
          e);
    }
  }

  /** Whether nobody has left yet. */
  boolean isOpen() {
    return open;
  }

  private void leave() {
    open = false;
  }

  private void run() {
    try {
      Instant next = Instant.MIN;
      while (open) {
        if (!clock.instant().isBefore(next)) {
          draw();
          next = clock.instant().plus(INTERVAL);
        }
        int key = terminal.reader().read(KEY_MILLIS);
        if (key != NonBlockingReader.READ_EXPIRED) {
          press(key);
          next = Instant.MIN;
        }
      }
    } catch (IOException e) {
      leave();
    }
  }

  private void press(int key) {
    switch (key) {
      case NonBlockingReader.EOF, 'q', 'Q' -> leave();
      default -> keys.accept(key);
    }
  }

  private void draw() {
    int width = Math.max(1, terminal.getWidth());
    StringBuilder text = new StringBuilder(HOME);
    picture
        .lines(width, Math.max(1, terminal.getHeight()))
        .forEach(line -> text.append(line).append(END_OF_LINE));
    write(text.append(BELOW).toString());
  }

  /** What fits into a line. */
  static String clip(String line, int width) {
    return line.codePointCount(0, line.length()) <= width
        ? line
        : line.substring(0, line.offsetByCodePoints(0, width));
  }

  private synchronized void write(String text) {
    if (!restored) {
      PrintWriter out = terminal.writer();
      out.print(text);
      out.flush();
    }
  }

  private synchronized void restore() {
    write(LEAVE);
    if (!restored) {
      restored = true;
      try {
        terminal.setAttributes(before);
      } catch (IOError e) {
        // The terminal is gone: its window was closed.
      }
    }
  }

  /** Leaves the terminal as it was. */
  @Override
  public void close() {
    leave();
    try {
      thread.join(JOIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    restore();
    try {
      Runtime.getRuntime().removeShutdownHook(ending);
    } catch (IllegalStateException e) {
      // The process is ending, and the hook does the same once more.
    }
    try {
      terminal.close();
    } catch (IOException e) {
      // It is as it was; there is nothing else to do with it.
    }
  }
}
