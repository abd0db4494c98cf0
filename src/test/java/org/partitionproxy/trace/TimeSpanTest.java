package org.partitionproxy.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TimeSpanTest {

  @Test
  void readsNumbersWithAUnit() {
    assertThat(TimeSpan.parse("100ms")).contains(Duration.ofMillis(100));
    assertThat(TimeSpan.parse("1.5 s")).contains(Duration.ofMillis(1500));
    assertThat(TimeSpan.parse("2m")).contains(Duration.ofMinutes(2));
    assertThat(TimeSpan.parse("2min")).contains(Duration.ofMinutes(2));
    assertThat(TimeSpan.parse("1h")).contains(Duration.ofHours(1));
    assertThat(TimeSpan.parse("999999999h")).contains(Duration.ofHours(999_999_999));
    assertThat(TimeSpan.parse("0.5us")).contains(Duration.ofNanos(500));
    assertThat(TimeSpan.parse("100")).isEmpty();
    assertThat(TimeSpan.parse("-1s")).isEmpty();
    assertThat(TimeSpan.parse("1 day")).isEmpty();
  }

  @Test
  void writesAsManyDigitsAsMatter() {
    assertThat(TimeSpan.text(Duration.ofNanos(42_000))).isEqualTo("0.042 ms");
    assertThat(TimeSpan.text(Duration.ofNanos(12_345_000))).isEqualTo("12.3 ms");
    assertThat(TimeSpan.text(Duration.ofMillis(612))).isEqualTo("612 ms");
    assertThat(TimeSpan.text(Duration.ofMillis(1250))).isEqualTo("1.25 s");
    assertThat(TimeSpan.text(Duration.ofSeconds(75))).isEqualTo("75 s");
  }
}
