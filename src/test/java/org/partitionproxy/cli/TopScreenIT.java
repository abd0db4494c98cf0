package org.partitionproxy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.LineDisciplineTerminal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.partitionproxy.console.Colors;
import org.partitionproxy.testing.SampleTrace;
import org.partitionproxy.top.Board;
import org.partitionproxy.top.Grouping;
import org.partitionproxy.top.Order;

/** The screen on a terminal that is but memory. */
class TopScreenIT {

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final Board board = new Board(Grouping.QUERY, Order.TIME, sql -> sql);
  private LineDisciplineTerminal terminal;
  private TopScreen screen;

  @BeforeEach
  void open() throws IOException {
    terminal = new LineDisciplineTerminal("test", "xterm", written, UTF_8);
    terminal.setSize(new Size(100, 12));
    for (int i = 1; i <= 20; i++) {
      board.add(
          List.of(
              SampleTrace.of("SELECT " + i + " ".repeat(200) + "x")
                  .tenant("t" + i)
                  .millis(i)
                  .build()));
    }
    screen = new TopScreen(terminal, Colors.NONE, board, 20, Clock.systemUTC());
  }

  @AfterEach
  void close() {
    screen.close();
  }

  private void awaitText(String text) {
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(() -> assertThat(written.toString(UTF_8)).contains(text));
  }

  @Test
  void showsAsManyGroupsAsThereIsRoomFor() {
    awaitText("20 statements in 0s, by query, the costliest by time first");
    awaitText("t14       -           1  14.0ms");
    awaitText("(others)  -          13  91.0ms");
    assertThat(written.toString(UTF_8)).doesNotContain("SELECT 13");
    assertThat(written.toString(UTF_8).lines())
        .allSatisfy(
            line ->
                assertThat(line.replaceAll("\u001b\\[[?0-9]*[a-zA-Z]", ""))
                    .hasSizeLessThanOrEqualTo(100));
  }

  @Test
  void turnsAndSortsAndBeginsAnewByKeys() throws IOException {
    awaitText("by query");
    terminal.processInputBytes("b".getBytes(UTF_8));
    awaitText("by tenant");
    terminal.processInputBytes("c".getBytes(UTF_8));
    awaitText("by tenant, the costliest by calls first");
    screen.note("shard \"shard1\" does not answer");
    terminal.processInputBytes("z".getBytes(UTF_8));
    awaitText("\u001b[H0 statements in 0s, by tenant, the costliest by calls first");
    awaitText("shard \"shard1\" does not answer");
    assertThat(screen.isOpen()).isTrue();
  }

  @Test
  void leavesTheTerminalAsItWas() throws IOException {
    assertThat(terminal.getAttributes().getLocalFlag(Attributes.LocalFlag.ICANON)).isFalse();
    terminal.processInputBytes("q".getBytes(UTF_8));
    await().atMost(Duration.ofSeconds(20)).until(() -> !screen.isOpen());
    screen.close();
    assertThat(terminal.getAttributes().getLocalFlag(Attributes.LocalFlag.ICANON)).isTrue();
    assertThat(written.toString(UTF_8))
        .startsWith("\u001b[?1049h")
        .endsWith("\u001b[?7h\u001b[?25h\u001b[?1049l");
  }

  @Test
  void isLeftByCtrlC() {
    terminal.raise(Terminal.Signal.INT);
    await().atMost(Duration.ofSeconds(20)).until(() -> !screen.isOpen());
  }
}
