package org.partitionproxy.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.job.JobFigures;
import org.partitionproxy.provision.TopologyStatus;
import org.partitionproxy.provision.TopologyStatus.ServerStatus;
import org.partitionproxy.provision.TopologyStatus.State;
import org.partitionproxy.provision.TopologyStatus.TenantStatus;
import org.partitionproxy.provision.Upkeep;
import org.partitionproxy.replica.ReplicaStatus;
import org.partitionproxy.rollup.Rollup;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.testing.GoldenFile;
import org.partitionproxy.testing.SampleTrace;
import org.partitionproxy.top.Traffic;
import org.partitionproxy.topology.JobSchedule;
import org.partitionproxy.topology.RollupRefresh;
import org.partitionproxy.topology.RollupRules;
import org.partitionproxy.topology.Selection;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;

class StatusViewTest {

  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");

  private static final TopologyStatus STATUS =
      new TopologyStatus(
          "bookstore",
          "embedded",
          List.of(
              server("veneer", 14797, Optional.of("2026-03-04T05:05:00Z"), 5),
              server("shard1", 29948, Optional.of("2026-02-28T01:06:07Z"), 4),
              server("shard2", 13366, Optional.empty(), 1),
              replica("shard1-replica", 29949, "shard1")),
          List.of(
              tenant("bluth-co", "shard1", 2, 147_456, 0, State.IN_STEP),
              tenant("cyberdyne", "shard1", 2, 0, 1, State.BEHIND),
              tenant("globex", "shard1", 1200, 5_368_709_120L, 0, State.DRIFTED),
              tenant("hooli", "shard1", -1, -1, -1, State.MISSING),
              tenant("initech", "shard2", -1, -1, -1, State.UNKNOWN)),
          List.of(
              Diagnostic.error(
                  Code.SERVER_UNREACHABLE,
                  "server \"shard2\" (127.0.0.1:13366) cannot be reached: connection refused",
                  "Start it.")),
          new Upkeep(
              List.of(
                  new JobFigures(
                      new ServerName("shard1"),
                      "settle",
                      24,
                      2,
                      1,
                      0,
                      Optional.of(NOW.minusSeconds(3)),
                      Optional.of(Duration.ofMillis(1250))),
                  new JobFigures(
                      new ServerName("shard2"),
                      "rollup:mv \"s\"",
                      0,
                      0,
                      0,
                      0,
                      Optional.empty(),
                      Optional.empty())),
              List.of(rollup()),
              List.of(
                  new ReplicaStatus(
                      "shard1-replica",
                      "shard1",
                      ReplicaStatus.State.FOLLOWING,
                      Optional.of(
                          new ReplicaStatus.Slot(
                              true, "reserved", 1234, 16_777_216, Optional.of(10_737_418_240L))),
                      Optional.of(0.25),
                      0,
                      Optional.empty(),
                      Optional.empty(),
                      Optional.empty(),
                      List.of(),
                      List.of()))));

  private static final Optional<Traffic> TRAFFIC =
      Optional.of(
          Traffic.none(Duration.ofMillis(60_020))
              .plus(
                  List.of(
                      SampleTrace.of("SELECT 'secret'")
                          .tenant("globex")
                          .rows(2)
                          .read("shard1", "SELECT 'secret'", 3, 700)
                          .build(),
                      SampleTrace.of("INSERT INTO globex.notes").tenant("bluth-co").build())));

  private static Rollup rollup() {
    return new Rollup(
        new ServerName("shard1"),
        new TenantName("globex"),
        new QualifiedName(Identifier.of("globex"), Identifier.of("mv_sum")),
        new RollupRules(
            Identifier.of("mv_sum"),
            RollupRefresh.AFTER_CHANGES,
            new JobSchedule("5 seconds"),
            List.of(),
            Selection.ALL),
        Optional.of(
            new Rollup.View(
                Rollup.Kind.MATERIALIZED_VIEW, true, true, Optional.of(40_960L), 1, true)),
        Optional.of(
            new Rollup.Refresh(
                NOW.minusSeconds(14),
                Duration.ofSeconds(14),
                Duration.ofMillis(68),
                true,
                Optional.of(7L))),
        Optional.of(new Rollup.Failure(NOW, Duration.ZERO, "the 'secret' is 42")));
  }

  /** A metric family: what it is called, of which unit, and its samples after that. */
  private static final Pattern FAMILY =
      Pattern.compile(
          "# TYPE (?<name>[a-z_]+) gauge\n(?:# UNIT \\k<name> (?<unit>[a-z]+)\n)?"
              + "# HELP \\k<name> [^\n\\\\]+\n"
              + "(?:\\k<name>\\{[a-z]+=\"[^\"\n]*\"(?:,[a-z]+=\"(?:[^\"\n\\\\]|\\\\[n\"\\\\])*\")*} [0-9.E-]+\n)*");

  /** By the rules of OpenMetrics for what is used of it. */
  private static void checkFormat(String metrics) {
    Matcher family = FAMILY.matcher(metrics);
    Set<String> names = new TreeSet<>();
    int end = 0;
    while (family.find()) {
      assertThat(family.start()).as("begin of the family after byte %s", end).isEqualTo(end);
      end = family.end();
      assertThat(names.add(family.group("name"))).as(family.group("name")).isTrue();
      if (family.group("unit") != null) {
        assertThat(family.group("name")).endsWith("_" + family.group("unit"));
      }
    }
    assertThat(metrics.substring(end)).isEqualTo("# EOF\n");
    assertThat(metrics).doesNotContain("secret");
  }

  private static ServerStatus server(String name, int port, Optional<String> since, long tenants) {
    return new ServerStatus(
        name,
        "127.0.0.1:" + port,
        "bookstore",
        since.isPresent(),
        since.map(s -> "18.6"),
        since.map(Instant::parse),
        tenants,
        Optional.empty());
  }

  private static ServerStatus replica(String name, int port, String shard) {
    ServerStatus same = server(name, port, Optional.of("2026-03-04T05:00:00Z"), 4);
    return new ServerStatus(
        same.name(),
        same.address(),
        same.database(),
        same.reachable(),
        same.version(),
        same.startedAt(),
        same.tenants(),
        Optional.of(shard));
  }

  /** Numbers below zero stand for what is not known. */
  private static TenantStatus tenant(
      String name, String shard, long tables, long bytes, int pending, State state) {
    return new TenantStatus(
        name,
        shard,
        name.replace('-', '_'),
        Optional.of(tables).filter(n -> n >= 0),
        Optional.of(bytes).filter(n -> n >= 0),
        Optional.of(pending).filter(n -> n >= 0),
        state);
  }

  @Test
  void showsServersAndTenantsAsTables() {
    GoldenFile.assertMatches("status.txt", StatusView.render(STATUS, NOW));
  }

  @Test
  void showsTheSameAsMetrics() {
    GoldenFile.assertMatches(
        "status.openmetrics", StatusMetricsView.render(STATUS, TRAFFIC, List.of()));
  }

  @Test
  void saysNothingOfRowsThatAreNotLogged() {
    String metrics = StatusMetricsView.render(STATUS, Optional.empty(), List.of());
    assertThat(metrics)
        .contains("# TYPE ppp_tenant_waste_ratio gauge\n# UNIT ppp_tenant_waste_ratio ratio\n")
        .doesNotContain("ppp_traced_seconds{", "_ratio{", "rows_shipped{", "rows_returned{");
    checkFormat(metrics);
    checkFormat(StatusMetricsView.render(STATUS, TRAFFIC, List.of()));
  }

  @Test
  void showsTheSameAsJson() {
    GoldenFile.assertMatches("status.json", StatusView.json(STATUS));
  }
}
