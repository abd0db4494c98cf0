package org.partitionproxy.partition;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;

class PartitionedTableTest {

  private static final BigDecimal PRESENT = BigDecimal.valueOf(45);

  private static Partition partition(String lower, String upper) {
    return new Partition(
        QualifiedName.of("acme", "events_" + lower),
        "FOR VALUES FROM ('" + lower + "') TO ('" + upper + "')",
        Optional.of(new PartitionRange(lower, upper, position(lower), position(upper))),
        false,
        false,
        0,
        0);
  }

  private static BigDecimal position(String bound) {
    return switch (bound) {
      case "MINVALUE" -> PartitionRange.BEGINNING;
      case "MAXVALUE" -> PartitionRange.END;
      default -> new BigDecimal(bound);
    };
  }

  /** Two ranges of 10 ahead of 45, kept since 25. */
  private static PartitionedTable table(String retire, List<Leftover> left, String... bounds) {
    List<Partition> partitions = new ArrayList<>();
    for (int i = 0; i < bounds.length; i += 2) {
      partitions.add(partition(bounds[i], bounds[i + 1]));
    }
    Horizon horizon =
        new Horizon(
            2,
            BigDecimal.valueOf(70),
            Optional.of(BigDecimal.valueOf(25)),
            Optional.of(BigDecimal.valueOf(20)),
            retire);
    return named("events", Optional.of(horizon), partitions, left);
  }

  private static PartitionedTable named(
      String name, Optional<Horizon> horizon, List<Partition> partitions, List<Leftover> left) {
    return new PartitionedTable(
        new ServerName("shard1"),
        new TenantName("acme"),
        QualifiedName.of("acme", name),
        "range",
        "n",
        true,
        false,
        Optional.of(PRESENT),
        horizon,
        partitions,
        left);
  }

  private static PartitionedTable table(String... bounds) {
    return table("drop", List.of(), bounds);
  }

  @Test
  void countsWhatStandsReadyWithoutAGap() {
    assertThat(table("40", "50", "50", "60", "60", "70").ahead()).contains(2);
    assertThat(table("40", "50", "60", "70").ahead()).contains(0);
    assertThat(table("50", "60").ahead()).contains(0);
    assertThat(table("0", "MAXVALUE").ahead()).contains(0);
  }

  @Test
  void isCompleteFromTheFirstThatIsKeptToTheLastThatIsWanted() {
    assertThat(table("30", "50", "50", "70").isIncomplete()).isFalse();
    assertThat(table("MINVALUE", "40", "40", "70").isIncomplete()).isFalse();
    assertThat(table("0", "10", "20", "50", "50", "70").isIncomplete()).isFalse();
    assertThat(table("0", "10", "30", "50", "50", "70").isIncomplete()).isTrue();
    assertThat(table("40", "50", "50", "69").isIncomplete()).isTrue();
    assertThat(table().isIncomplete()).isTrue();
  }

  @Test
  void retiresWhatEndsBeforeWhatIsKeptAndNothingElse() {
    assertThat(table("MINVALUE", "10", "10", "25", "20", "26", "40", "70").old())
        .extracting(old -> old.name().name().value())
        .containsExactly("events_MINVALUE", "events_10");
  }

  @Test
  void namesGaps() {
    assertThat(table("0", "10", "20", "30", "30", "40", "45", "50").gaps())
        .containsExactly(
            new PartitionedTable.Gap("10", "20"), new PartitionedTable.Gap("40", "45"));
  }

  @Test
  void finishesOnlyWhatThePolicyStillWants() {
    Leftover old = leftover("drop", 20);
    Leftover young = leftover("drop", 30);
    Leftover kept = leftover("detach", 20);
    List<Leftover> all = List.of(old, young, kept);
    assertThat(table("drop", all, "20", "70").unfinished()).containsExactly(old);
    assertThat(table("detach", all, "20", "70").unfinished()).isEmpty();
    assertThat(table("drop", all, "20", "70").hasWork()).isTrue();
    assertThat(table("drop", List.of(kept), "20", "70").hasWork()).isFalse();
  }

  private static Leftover leftover(String retire, long to) {
    return new Leftover(
        QualifiedName.of("acme", "gone"),
        QualifiedName.of("acme", "events"),
        "0",
        Long.toString(to),
        BigDecimal.valueOf(to),
        retire,
        Instant.EPOCH);
  }

  @Test
  void tellsWhatComesNext() {
    assertThat(table("40", "50", "50", "70").nextAction()).contains("make at 50");
    assertThat(table("40", "50").nextAction()).contains("make");
    assertThat(table("0", "10", "20", "70").nextAction()).contains("drop 1");
    assertThat(named("events", Optional.empty(), List.of(), List.of()).nextAction()).isEmpty();
  }

  @Test
  void findsWhatMonitoringLooksFor() {
    PartitionedTable short1 = table("30", "40", "40", "50", "50", "60", "65", "70");
    assertThat(FindingCondition.parse("ahead < 2").orElseThrow().holds(short1)).isTrue();
    assertThat(FindingCondition.parse("ahead<1").orElseThrow().holds(short1)).isFalse();
    assertThat(FindingCondition.parse("gaps >= 1").orElseThrow().holds(short1)).isTrue();
    assertThat(FindingCondition.parse("default > 0").orElseThrow().holds(short1)).isFalse();
    assertThat(FindingCondition.parse("size > 3")).isEmpty();
    PartitionedTable without = named("events", Optional.empty(), List.of(), List.of());
    assertThat(FindingCondition.parse("ahead < 2").orElseThrow().holds(without)).isFalse();
  }

  @Test
  void putsWhatRefersBeforeWhatItRefersTo() {
    List<PartitionedTable> tables =
        List.of(plain("chats"), plain("messages"), plain("reactions"), plain("other"));
    Map<QualifiedName, Set<QualifiedName>> referring = new LinkedHashMap<>();
    referring.put(name("chats"), new LinkedHashSet<>(List.of(name("messages"))));
    referring.put(name("messages"), new LinkedHashSet<>(List.of(name("reactions"))));
    referring.put(name("reactions"), new LinkedHashSet<>(List.of(name("reactions"))));
    assertThat(ReferenceOrder.order(tables, referring))
        .extracting(table -> table.name().name().value())
        .containsExactly("reactions", "messages", "chats", "other");
  }

  private static PartitionedTable plain(String name) {
    return named(name, Optional.empty(), List.of(), List.of());
  }

  private static QualifiedName name(String name) {
    return QualifiedName.of("acme", name);
  }
}
