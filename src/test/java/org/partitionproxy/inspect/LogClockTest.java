package org.partitionproxy.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LogClockTest {

  @Test
  void readsLocalTimesOfTheServersZone() {
    assertThat(new LogClock("Asia/Kolkata").read("2026-11-20 10:00:00.001 IST"))
        .isEqualTo(Instant.parse("2026-11-20T04:30:00.001Z"));
  }

  @Test
  void tellsTheRepeatedHourByItsAbbreviation() {
    LogClock berlin = new LogClock("Europe/Berlin");
    assertThat(berlin.read("2026-10-25 02:30:00.000 CEST"))
        .isEqualTo(Instant.parse("2026-10-25T00:30:00Z"));
    assertThat(berlin.read("2026-10-25 02:30:00.000 CET"))
        .isEqualTo(Instant.parse("2026-10-25T01:30:00Z"));
  }

  @Test
  void readsOffsetsInPlaceOfAbbreviations() {
    assertThat(new LogClock("America/Sao_Paulo").read("2026-11-20 10:00:00.000 -03"))
        .isEqualTo(Instant.parse("2026-11-20T13:00:00Z"));
    assertThat(new LogClock("Asia/Kathmandu").read("2026-11-20 10:00:00.000 +0545"))
        .isEqualTo(Instant.parse("2026-11-20T04:15:00Z"));
  }

  @Test
  void takesAnUnknownZoneForUtc() {
    assertThat(new LogClock("Mars/Olympus").read("2026-11-20 10:00:00.000 MST"))
        .isEqualTo(Instant.parse("2026-11-20T10:00:00Z"));
  }

  @Test
  void refusesWhatIsNoTimestamp() {
    assertThatThrownBy(() -> new LogClock("UTC").read("yesterday"))
        .isInstanceOf(DateTimeException.class);
  }
}
