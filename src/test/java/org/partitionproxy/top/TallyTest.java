package org.partitionproxy.top;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.partitionproxy.testing.SampleTrace;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.trace.Purpose;

class TallyTest {

  private static Tally tally(Grouping grouping) {
    return new Tally(grouping, 100, List.of(), sql -> sql.replaceAll("[0-9]+|'[^']*'", "?"));
  }

  private static Ranking byTime(Tally tally) {
    return tally.ranking(Order.TIME, 10);
  }

  private static SampleTrace orders(int id) {
    return SampleTrace.of("SELECT * FROM orders WHERE id = " + id).tenant("bluth-co").rows(1);
  }

  @Test
  void addsUpWhatStatementsCost() {
    Tally tally = tally(Grouping.QUERY);
    tally.add(orders(1).millis(10).read("shard1", "SELECT", 4, 5).build());
    tally.add(orders(2).millis(30).read("shard1", "SELECT", 6, 7).build());
    Group group = byTime(tally).groups().get(0);
    Figures figures = group.figures();
    assertThat(byTime(tally).groups()).hasSize(1);
    assertThat(group.tenant()).contains(new TenantName("bluth-co"));
    assertThat(group.shards()).containsExactly(new ServerName("shard1"));
    assertThat(figures.calls()).isEqualTo(2);
    assertThat(figures.time()).isEqualTo(Duration.ofMillis(40));
    assertThat(figures.mean()).isEqualTo(Duration.ofMillis(20));
    assertThat(figures.longest()).isEqualTo(Duration.ofMillis(30));
    assertThat(figures.rowsShipped()).hasValue(12);
    assertThat(figures.rowsReturned()).hasValue(2);
    assertThat(figures.waste()).hasValue(6);
    assertThat(figures.shareOfShards()).hasValue(0.25);
    assertThat(figures.failures()).isZero();
    assertThat(byTime(tally).others()).isEmpty();
  }

  @Test
  void knowsStatementsByTheirTextWithoutValues() {
    Tally tally = tally(Grouping.QUERY);
    tally.add(orders(1).build());
    tally.add(orders(2).build());
    tally.add(SampleTrace.of("SELECT * FROM books").tenant("bluth-co").build());
    assertThat(byTime(tally).groups())
        .extracting(group -> group.query().orElseThrow())
        .containsExactlyInAnyOrder(
            new Query(Optional.empty(), "SELECT * FROM orders WHERE id = ?"),
            new Query(Optional.empty(), "SELECT * FROM books"));
  }

  @Test
  void prefersTheVeneersQueryId() {
    Tally tally = tally(Grouping.QUERY);
    tally.add(SampleTrace.of("SELECT 1").queryId(7).build());
    tally.add(SampleTrace.of("select  1").queryId(7).build());
    tally.add(SampleTrace.of("SELECT 1").queryId(8).build());
    assertThat(byTime(tally).groups())
        .extracting(group -> group.figures().calls())
        .containsExactly(2L, 1L);
    assertThat(byTime(tally).groups().get(0).query())
        .contains(new Query(Optional.of(7L), "SELECT ?"));
  }

  @Test
  void keepsTenantsAndShardsApart() {
    Tally tally = tally(Grouping.QUERY);
    tally.add(SampleTrace.of("SELECT 1").tenant("bluth-co").read("shard1", "S", 1, 1).build());
    tally.add(SampleTrace.of("SELECT 1").tenant("initech").read("shard2", "S", 1, 1).build());
    tally.add(
        SampleTrace.of("SELECT 1").read("shard2", "S", 1, 1).read("shard1", "S", 1, 1).build());
    tally.add(
        SampleTrace.of("SELECT 1").read("shard1", "S", 1, 1).read("shard2", "S", 1, 1).build());
    assertThat(byTime(tally).groups()).hasSize(3);
    assertThat(tally.ranking(Order.CALLS, 1).groups().get(0).shards())
        .extracting(ServerName::value)
        .containsExactly("shard1", "shard2");
  }

  @Test
  void addsUpByTenant() {
    Tally tally = tally(Grouping.TENANT);
    tally.add(orders(1).millis(1).build());
    tally.add(SampleTrace.of("SELECT 2").tenant("bluth-co").millis(2).build());
    tally.add(SampleTrace.of("SELECT 3").millis(9).build());
    assertThat(byTime(tally).groups())
        .extracting(Group::tenant)
        .containsExactly(Optional.empty(), Optional.of(new TenantName("bluth-co")));
    assertThat(byTime(tally).groups()).allSatisfy(group -> assertThat(group.query()).isEmpty());
  }

  @Test
  void givesAShardOnlyItsPart() {
    Tally tally = tally(Grouping.SHARD);
    tally.add(
        SampleTrace.of("SELECT 1")
            .millis(10)
            .rows(3)
            .read("shard1", "S", 2, 30)
            .read("shard2", "S", 5, 60)
            .build());
    tally.add(SampleTrace.of("SELECT 2").millis(10).rows(2).read("shard1", "S", 1, 4).build());
    tally.add(SampleTrace.of("SELECT 3").millis(99).build());
    List<Group> groups = byTime(tally).groups();
    assertThat(groups)
        .extracting(group -> group.shards().get(0).value())
        .containsExactly("shard2", "shard1");
    Figures shard1 = groups.get(1).figures();
    assertThat(shard1.calls()).isEqualTo(2);
    assertThat(shard1.time()).isEqualTo(Duration.ofMillis(3));
    assertThat(shard1.shareOfShards()).hasValue(0.15);
    assertThat(shard1.rowsShipped()).hasValue(34);
    assertThat(shard1.rowsReturned()).hasValue(2);
    assertThat(shard1.waste()).hasValue(2);
    assertThat(groups.get(0).figures().waste()).isEmpty();
  }

  @Test
  void countsFailuresAndLeavesThemOutOfTheMean() {
    Tally tally = tally(Grouping.QUERY);
    tally.add(orders(1).millis(10).build());
    tally.add(orders(2).problem("57014", "canceled").build());
    Figures figures = byTime(tally).groups().get(0).figures();
    assertThat(figures.failures()).isEqualTo(1);
    assertThat(figures.mean()).isEqualTo(Duration.ofMillis(10));
    Tally failed = tally(Grouping.QUERY);
    failed.add(orders(2).problem("57014", "canceled").build());
    assertThat(byTime(failed).groups().get(0).figures().mean()).isEqualTo(Duration.ZERO);
  }

  @Test
  void comparesOnlyWhatIsKnownAtBothEnds() {
    Tally tally = tally(Grouping.QUERY);
    tally.add(orders(1).read("shard1", "S", 1, 10).build());
    tally.add(
        orders(2).forward("shard1", Purpose.READ, "S", 1, OptionalLong.empty()).rows(1000).build());
    Figures figures = byTime(tally).groups().get(0).figures();
    assertThat(figures.waste()).hasValue(10);
    assertThat(figures.rowsReturned()).hasValue(1001);
    tally.clear();
    tally.add(SampleTrace.of("SELECT 1").build());
    assertThat(byTime(tally).groups().get(0).figures().waste()).isEqualTo(OptionalDouble.empty());
    assertThat(byTime(tally).groups().get(0).figures().rowsShipped()).isEmpty();
  }

  @Test
  void sortsByWhatIsAskedFor() {
    Tally tally = tally(Grouping.TENANT);
    for (int i = 0; i < 3; i++) {
      tally.add(
          SampleTrace.of("S").tenant("calls").millis(1).rows(9).read("shard1", "S", 1, 9).build());
    }
    tally.add(SampleTrace.of("S").tenant("time").millis(100).build());
    tally.add(SampleTrace.of("S").tenant("rows").rows(90).read("shard1", "S", 1, 90).build());
    tally.add(SampleTrace.of("S").tenant("waste").rows(1).read("shard1", "S", 1, 20).build());
    for (Order order : Order.values()) {
      assertThat(tally.ranking(order, 1).groups().get(0).tenant())
          .contains(new TenantName(order.toString()));
    }
  }

  @Test
  void countsWhatIsBeyondTheLimitWithTheOthers() {
    Tally tally = tally(Grouping.TENANT);
    for (int i = 1; i <= 5; i++) {
      tally.add(SampleTrace.of("S").tenant("t" + i).millis(i).build());
    }
    Ranking ranking = tally.ranking(Order.TIME, 2);
    assertThat(ranking.groups())
        .extracting(g -> g.tenant().orElseThrow().value())
        .containsExactly("t5", "t4");
    assertThat(ranking.others().orElseThrow().calls()).isEqualTo(3);
    assertThat(ranking.others().orElseThrow().time()).isEqualTo(Duration.ofMillis(6));
  }

  @Test
  void holdsABoundedNumberOfGroupsAndLosesNoCall() {
    Tally tally = new Tally(Grouping.QUERY, 40, List.of(), sql -> sql);
    int statements = 10_000;
    for (int i = 0; i < statements; i++) {
      tally.add(SampleTrace.of("SELECT " + i).millis(1).build());
      if (i % 10 == 0) {
        tally.add(SampleTrace.of("SELECT often").build());
      }
      if (i == 500) {
        tally.add(SampleTrace.of("SELECT long").millis(90).build());
        tally.add(SampleTrace.of("SELECT many").read("shard1", "S", 0, 90).build());
      }
    }
    Ranking all = tally.ranking(Order.TIME, Integer.MAX_VALUE);
    assertThat(all.groups()).hasSizeLessThanOrEqualTo(40);
    assertThat(all.groups())
        .extracting(group -> group.query().orElseThrow().text())
        .contains("SELECT long", "SELECT many", "SELECT often");
    long calls =
        all.groups().stream().mapToLong(group -> group.figures().calls()).sum()
            + all.others().orElseThrow().calls();
    assertThat(calls).isEqualTo(statements + statements / 10 + 2);
  }

  @Test
  void holdsTheBeginningOfALongStatement() {
    Tally tally = new Tally(Grouping.QUERY, 40, List.of(), sql -> sql);
    String text = "SELECT " + "x".repeat(1_000_000);
    tally.add(SampleTrace.of(text + "1").build());
    tally.add(SampleTrace.of(text + "2").build());
    assertThat(byTime(tally).groups())
        .hasSize(2)
        .allSatisfy(group -> assertThat(group.query().orElseThrow().text()).hasSize(2002));
  }
}
