package org.partitionproxy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOError;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
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
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.trace.TraceFilter;

/** The screen on a terminal that is but memory. */
class TopScreenIT {

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final Board board =
      new Board(Grouping.QUERY, Order.TIME, TraceFilter.of(List.of(), List.of()), sql -> sql);
  private LineDisciplineTerminal terminal;
  private TopScreen screen;

  @BeforeEach
  void open() throws IOException {
    for (int i = 1; i <= 20; i++) {
      board.add(
          List.of(
              SampleTrace.of("SELECT " + i + " ".repeat(200) + "x")
                  .tenant("t" + i)
                  .millis(i)
                  .build()));
    }
    open(board);
  }

  private void open(Board shown) throws IOException {
    terminal = new LineDisciplineTerminal("test", "xterm", written, UTF_8);
    terminal.setSize(new Size(100, 12));
    screen = new TopScreen(terminal, Colors.NONE, shown, 20, Clock.systemUTC());
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
  void countsWhatItIsAboutAlone() throws IOException {
    screen.close();
    Board one =
        new Board(
            Grouping.SHARD,
            Order.TIME,
            TraceFilter.of(List.of(new TenantName("bluth-co")), List.of(new ServerName("shard1"))),
            sql -> sql);
    SampleTrace bluth = SampleTrace.of("SELECT 1").tenant("bluth-co").rows(1).millis(9);
    one.add(
        List.of(
            bluth.read("shard1", "SELECT", 3, 4).read("shard2", "SELECT", 5, 6).build(),
            SampleTrace.of("SELECT 2").tenant("initech").read("shard1", "SELECT", 7, 1).build(),
            SampleTrace.of("SELECT 3").tenant("bluth-co").read("shard2", "SELECT", 7, 1).build()));
    written.reset();
    open(one);
    awaitText("1 statements in 0s, by shard");
    awaitText("shard1      1  3.0ms");
    assertThat(written.toString(UTF_8)).doesNotContain("shard2");
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
  void isLeftWhenTheWindowOfTheTerminalIsClosed() throws IOException {
    screen.close();
    AtomicBoolean gone = new AtomicBoolean();
    terminal =
        new LineDisciplineTerminal("test", "xterm", written, UTF_8) {
          @Override
          public void setAttributes(Attributes attributes) {
            if (gone.get()) {
              throw new IOError(new IOException("Input/output error"));
            }
            super.setAttributes(attributes);
          }
        };
    terminal.setSize(new Size(100, 12));
    screen = new TopScreen(terminal, Colors.NONE, board, 20, Clock.systemUTC());
    gone.set(true);
    assertThatCode(screen::close).doesNotThrowAnyException();
  }

  @Test
  void isLeftByCtrlC() {
    terminal.raise(Terminal.Signal.INT);
    await().atMost(Duration.ofSeconds(20)).until(() -> !screen.isOpen());
  }
}
