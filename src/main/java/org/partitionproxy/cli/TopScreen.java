package org.partitionproxy.cli;

import static org.partitionproxy.cli.LiveScreen.clip;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jline.terminal.Terminal;
import org.partitionproxy.console.Colors;
import org.partitionproxy.console.Durations;
import org.partitionproxy.console.TopView;
import org.partitionproxy.top.Board;
import org.partitionproxy.top.Order;

/** A board on a terminal's alternate screen. */
final class TopScreen implements AutoCloseable {

  private static final String KEYS =
      "q quits   b next grouping   sort by t time  c calls  r rows  w waste   z from zero";

  /** The lines above the table, its header, and one for what is not shown. */
  private static final int FRAME = 5;

  private final Colors colors;
  private final Board board;
  private final int limit;
  private final Clock clock;
  private final TopView view = new TopView();
  private volatile String note = "";
  private volatile Instant begun;
  private final LiveScreen screen;

  /**
   * Takes the terminal, which is closed with this.
   *
   * @param limit of groups, where there is room for them
   */
  TopScreen(Terminal terminal, Colors colors, Board board, int limit, Clock clock) {
    this.colors = colors;
    this.board = board;
    this.limit = limit;
    this.clock = clock;
    this.begun = clock.instant();
    this.screen = new LiveScreen(terminal, this::lines, this::press, clock);
  }

  /** On the terminal of this process. */
  static TopScreen open(Colors colors, Board board, int limit) {
    return new TopScreen(
        LiveScreen.terminal("ppp top", "Run it with --for 10s and its output to a file or a pipe."),
        colors,
        board,
        limit,
        Clock.systemUTC());
  }

  /** Whether nobody has left yet. */
  boolean isOpen() {
    return screen.isOpen();
  }

  /** A line above the table, instead of the one before. */
  void note(String line) {
    note = line;
  }

  private void press(int key) {
    switch (key) {
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

  private List<String> lines(int width, int height) {
    int rows = Math.max(1, height - FRAME);
    var ranking = board.ranking(Math.min(limit, rows));
    String title =
        String.format(
            Locale.ROOT,
            "%,d statements in %s, by %s, the costliest by %s first",
            board.statements(),
            Durations.compact(Duration.between(begun, clock.instant())),
            ranking.grouping(),
            ranking.order());
    List<String> lines = new ArrayList<>();
    lines.add(colors.bold(clip(title, width)));
    lines.add(colors.faint(clip(KEYS, width)));
    lines.add(colors.yellow(clip(note, width)));
    List<String> table = view.render(ranking).lines().toList();
    lines.add(colors.bold(clip(table.get(0), width)));
    table.stream().skip(1).forEach(row -> lines.add(clip(row, width)));
    return lines;
  }

  /** Leaves the terminal as it was. */
  @Override
  public void close() {
    screen.close();
  }
}
