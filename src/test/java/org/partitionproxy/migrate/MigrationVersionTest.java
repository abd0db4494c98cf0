package org.partitionproxy.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationVersionTest {

  private static MigrationVersion version(String text) {
    return MigrationVersion.parse(text).orElseThrow();
  }

  @Test
  void comparesNumberByNumber() {
    assertThat(version("10")).isGreaterThan(version("9"));
    assertThat(version("1.10")).isGreaterThan(version("1.9"));
    assertThat(version("2")).isGreaterThan(version("1.9.9"));
    assertThat(version("20260131235959000001")).isGreaterThan(version("20260131235959"));
  }

  @Test
  void takesOneForOnePointZeroAndUnderscoresForDots() {
    assertThat(version("1")).isEqualTo(version("1.0")).hasSameHashCodeAs(version("1.0.0"));
    assertThat(version("1_2")).isEqualTo(version("1.2")).hasToString("1.2");
    assertThat(version("007")).isEqualTo(version("7")).hasToString("007");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "1a", ".1", "1.", "1..2", "-1", "١"})
  void refusesWhatIsNoVersion(String text) {
    assertThat(MigrationVersion.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "1_2", "1.0.0", "20260131", "007", "10.0.10"})
  void readsAsFlywayDoes(String text) {
    assertThat(version(text))
        .hasToString(org.flywaydb.core.api.MigrationVersion.fromVersion(text).getVersion());
  }
}
