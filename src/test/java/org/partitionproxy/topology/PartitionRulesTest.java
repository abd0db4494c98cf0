package org.partitionproxy.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.partitionproxy.sql.Identifier;

class PartitionRulesTest {

  private static final Topology TOPOLOGY =
      TopologyReader.read(
          Path.of("src/test/resources/topology/valid/partitions.yaml"), new TreeMap<>());

  @Test
  void takesWhatATenantDoesNotSayFromAllTenants() {
    PartitionPolicy policy = policy("initech", "events");
    assertThat(policy.keep()).contains(new RangeLength(7, RangeUnit.YEAR));
    assertThat(policy.retirement()).isEqualTo(new Retirement.Move(Identifier.of("archive")));
    assertThat(policy.every()).isEqualTo(new RangeLength(10, RangeUnit.SECOND));
    assertThat(policy.key()).isEqualTo(Identifier.of("created_at"));
  }

  @Test
  void leavesOtherTenantsAlone() {
    assertThat(policy("acme", "events").keep()).contains(new RangeLength(90, RangeUnit.DAY));
  }

  @Test
  void hasDefaultsForWhatIsNotSaid() {
    assertThat(policy("acme", "clicks"))
        .isEqualTo(
            new PartitionPolicy(
                Identifier.of("clicks"),
                Identifier.of("micros"),
                new RangeLength(2, RangeUnit.WEEK),
                KeyEncoding.MICROSECONDS,
                "UTC",
                6,
                Optional.empty(),
                new Retirement.Detach(),
                "{table}_{start}",
                false,
                List.of(),
                Optional.of(new PartitionSchedule("30 seconds", Optional.empty()))));
  }

  @Test
  void knowsNoPolicyOfAnotherTable() {
    assertThat(TOPOLOGY.findPolicy(tenant("acme"), Identifier.of("Events"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "10 seconds,10 seconds",
    "month,1 month",
    "1  Day,1 day",
    "50000,50000",
    "12 months,12 months"
  })
  void readsALength(String text, String length) {
    assertThat(RangeLength.parse(text).map(RangeLength::toString)).contains(length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "0 days",
        "-1 day",
        "1.5 days",
        "1 day 2 hours",
        "P1D",
        "days 2",
        "1d",
        "3 numbers",
        ""
      })
  void refusesWhatIsNoLength(String text) {
    assertThat(RangeLength.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0 23 * * *",
        "*/5 * * * *",
        "0,30 1-5 1 jan-mar mon",
        "1 second",
        "59 seconds",
        "5 4 * * 7"
      })
  void takesASchedule(String text) {
    assertThat(CronText.isValid(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "60 seconds",
        "0 seconds",
        "* * * *",
        "* * * * * *",
        "0 24 * * *",
        "61 * * * *",
        "0 0 0 * *",
        "0 0 * 13 *",
        "0 0 * * 8",
        "5-1 * * * *",
        "*/0 * * * *",
        "nightly"
      })
  void refusesWhatIsNoSchedule(String text) {
    assertThat(CronText.isValid(text)).isFalse();
  }

  private static Tenant tenant(String name) {
    return TOPOLOGY.findTenant(name).orElseThrow();
  }

  private static PartitionPolicy policy(String tenant, String table) {
    return TOPOLOGY.findPolicy(tenant(tenant), Identifier.of(table)).orElseThrow();
  }
}
