package org.partitionproxy.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.NonBlockingReader;
import org.partitionproxy.console.Colors;
import org.partitionproxy.console.Durations;
import org.partitionproxy.console.TopView;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.top.Board;
import org.partitionproxy.top.Order;

/**
 * A board on a terminal's alternate screen, drawn anew each second and at each key, by a thread of
 * its own. However ppp ends, but by SIGKILL, the terminal is left as it was.
 */
final class TopScreen implements AutoCloseable {

  private static final String KEYS =
      "q quits   b next grouping   sort by t time  c calls  r rows  w waste   z from zero";

  private static final long KEY_MILLIS = 200;
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final long JOIN_MILLIS = 2000;

  /** The lines above the table, its header, and one for what is not shown. */
  private static final int FRAME = 5;

  /** ECMA-48 and xterm's private modes: alternate screen, no cursor, no wrapping of lines. */
  private static final String ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J";

  private static final String LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
  private static final String HOME = "\u001b[H";
  private static final String END_OF_LINE = "\u001b[K\r\n";
  private static final String BELOW = "\u001b[J";

  private final Terminal terminal;
  private final Colors colors;
  private final Board board;
  private final int limit;
  private final Clock clock;
  private final TopView view = new TopView();
  private final Thread thread = new Thread(this::run, "ppp-top");
  private final Thread ending = new Thread(this::restore, "ppp-top-ending");
  private final Attributes before;
  private volatile boolean open = true;
  private volatile String note = "";
  private boolean restored;
  private Instant begun;

  /**
   * Takes the terminal, which is closed with this.
   *
   * @param limit of groups, where there is room for them
   */
  TopScreen(Terminal terminal, Colors colors, Board board, int limit, Clock clock) {
    this.terminal = terminal;
    this.colors = colors;
    this.board = board;
    this.limit = limit;
    this.clock = clock;
    this.begun = clock.instant();
    this.before = terminal.enterRawMode();
    terminal.handle(Terminal.Signal.INT, signal -> leave());
    Runtime.getRuntime().addShutdownHook(ending);
    write(ENTER);
    thread.setDaemon(true);
    thread.start();
  }

  /** On the terminal of this process. */
  static TopScreen open(Colors colors, Board board, int limit) {
    try {
      return new TopScreen(system(), colors, board, limit, Clock.systemUTC());
    } catch (IOException e) {
      throw new PppException(
          Diagnostic.error(
              Code.SHELL_FILE_FAILED,
              "ppp top cannot use the terminal: " + e.getMessage(),
              "Run it with --for 10s and its output to a file or a pipe."),
          e);
    }
  }

  /** By the programs stty and tty: the other ways unpack a native library, and newer JDKs warn. */
  private static Terminal system() throws IOException {
    return TerminalBuilder.builder()
        .system(true)
        .provider(TerminalBuilder.PROP_PROVIDER_EXEC)
        .dumb(false)
        .encoding(StandardCharsets.UTF_8)
        .build();
  }

  /** Whether nobody has left yet. */
  boolean isOpen() {
    return open;
  }

  /** A line above the table, instead of the one before. */
  void note(String line) {
    note = line;
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
      case 't' -> board.sort(Order.TIME);
      case 'c' -> board.sort(Order.CALLS);
      case 'r' -> board.sort(Order.ROWS);
      case 'w' -> board.sort(Order.WASTE);
      case 'b' -> board.turn();
      case 'z' -> {
        board.clear();
        begun = clock.instant();
      }
      default -> {
        // No key of ours.
      }
    }
  }

  private void draw() {
    int width = Math.max(1, terminal.getWidth());
    int rows = Math.max(1, terminal.getHeight() - FRAME);
    var ranking = board.ranking(Math.min(limit, rows));
    String title =
        String.format(
            Locale.ROOT,
            "%,d statements in %s, by %s, the costliest by %s first",
            board.statements(),
            Durations.compact(Duration.between(begun, clock.instant())),
            ranking.grouping(),
            ranking.order());
    StringBuilder text = new StringBuilder(HOME);
    line(colors.bold(clip(title, width)), text);
    line(colors.faint(clip(KEYS, width)), text);
    line(colors.yellow(clip(note, width)), text);
    List<String> table = view.render(ranking).lines().toList();
    line(colors.bold(clip(table.get(0), width)), text);
    table.stream().skip(1).forEach(row -> line(clip(row, width), text));
    write(text.append(BELOW).toString());
  }

  private static void line(String line, StringBuilder text) {
    text.append(line).append(END_OF_LINE);
  }

  private static String clip(String line, int width) {
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
      terminal.setAttributes(before);
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
