package org.partitionproxy.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.partitionproxy.topology.ServerName;

class ProgressLineTest {

  /** A clock that stands still until it is told to go on. */
  private static final class HandClock extends Clock {
    private volatile Instant now = Instant.parse("2026-01-31T12:00:00Z");

    void pass(Duration duration) {
      now = now.plus(duration);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private final HandClock clock = new HandClock();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @Test
  void rewritesOneLineOnATerminalAndLeavesNothing() {
    try (ProgressLine progress = new ProgressLine(err, true, clock)) {
      progress.begin("migrating", "tenants", 100);
      clock.pass(Duration.ofSeconds(10));
      progress.advance(25);
      clock.pass(Duration.ofMillis(50));
      progress.advance();
    }
    assertThat(shown())
        .isEqualTo(
            "<erase>migrating: 0/100 tenants, 0s"
                + "<erase>migrating: 25/100 tenants, 10s, about 30s left<erase>");
  }

  @Test
  void keepsWhatServersReportAboveTheLine() {
    try (ProgressLine progress = new ProgressLine(err, true, clock)) {
      progress.begin("starting", "servers", 2);
      progress.report(new ServerName("shard1"), "started on port 29948 in 0.8 s");
    }
    assertThat(shown())
        .isEqualTo(
            "<erase>starting: 0/2 servers, 0s"
                + "<erase>shard1: started on port 29948 in 0.8 s\n"
                + "<erase>starting: 0/2 servers, 0s<erase>");
  }

  @Test
  void writesPlainLinesEveryFewSecondsElsewhere() {
    try (ProgressLine progress = new ProgressLine(err, false, clock)) {
      progress.begin("migrating", "tenants", 100);
      for (int i = 0; i < 100; i++) {
        clock.pass(Duration.ofMillis(70));
        progress.advance();
      }
    }
    assertThat(shown())
        .isEqualTo(
            "migrating: 72/100 tenants, 5s, about 1s left\nmigrating: 100/100 tenants, 7s\n");
  }

  @Test
  void tellsTheTimeOfWorkOfWhichNothingIsCounted() {
    try (ProgressLine progress = new ProgressLine(err, true, clock)) {
      progress.begin("foreign keys");
      clock.pass(Duration.ofSeconds(65));
      progress.advance();
    }
    assertThat(shown()).isEqualTo("<erase>foreign keys, 0s<erase>foreign keys, 1m5s<erase>");
  }

  @Test
  void tellsTheTimeThoughNothingAdvancesWhereItTicks() {
    try (ProgressLine progress = new ProgressLine(err, true, clock).ticking()) {
      progress.begin("migrating", "tenants", 2);
      clock.pass(Duration.ofSeconds(7));
      await().untilAsserted(() -> assertThat(shown()).contains("migrating: 0/2 tenants, 7s"));
    }
  }

  @Test
  void saysNothingElsewhereOfWorkThatIsDoneAtOnce() {
    try (ProgressLine progress = new ProgressLine(err, false, clock)) {
      progress.begin("migrating", "tenants", 1);
      progress.advance();
      progress.say("shard2: nothing to do");
    }
    assertThat(shown()).isEqualTo("shard2: nothing to do\n");
  }

  @Test
  void saysDurationsInTwoUnitsAtMost() {
    assertThat(Durations.compact(Duration.ofMillis(-5))).isEqualTo("0s");
    assertThat(Durations.compact(Duration.ofSeconds(59))).isEqualTo("59s");
    assertThat(Durations.compact(Duration.ofSeconds(200))).isEqualTo("3m20s");
    assertThat(Durations.compact(Duration.ofHours(2))).isEqualTo("2h");
    assertThat(Durations.compact(Duration.ofHours(23).plusMinutes(59))).isEqualTo("23h59m");
    assertThat(Durations.compact(Duration.ofDays(400))).isEqualTo("400d");
  }

  private String shown() {
    return bytes.toString(StandardCharsets.UTF_8).replace("\r\u001b[K", "<erase>");
  }
}
