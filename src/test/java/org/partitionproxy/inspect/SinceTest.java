package org.partitionproxy.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SinceTest {

  private final Clock clock =
      Clock.fixed(Instant.parse("2026-11-20T12:00:00Z"), ZoneId.of("Europe/Berlin"));

  @ParameterizedTest
  @CsvSource({
    "10m, 2026-11-20T11:50:00Z",
    "2h, 2026-11-20T10:00:00Z",
    "1h30m, 2026-11-20T10:30:00Z",
    "90s, 2026-11-20T11:58:30Z",
    "2d, 2026-11-18T12:00:00Z",
    "2026-11-20T10:00:00Z, 2026-11-20T10:00:00Z",
    "2026-11-20T10:00:00+02:00, 2026-11-20T08:00:00Z",
    "2026-11-20T10:00:00, 2026-11-20T09:00:00Z",
    "2026-11-20 10:00:00, 2026-11-20T09:00:00Z",
    "2026-11-20, 2026-11-19T23:00:00Z",
  })
  void readsAgesAndTimes(String text, Instant expected) {
    assertThat(Since.parse(text, clock)).contains(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10", "m", "-5m", "30m1h", "yesterday", "2026-13-01"})
  void refusesTheRest(String text) {
    assertThat(Since.parse(text, clock)).isEmpty();
  }
}
