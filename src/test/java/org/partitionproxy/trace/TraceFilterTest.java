package org.partitionproxy.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.partitionproxy.trace.Traces.control;
import static org.partitionproxy.trace.Traces.read;
import static org.partitionproxy.trace.Traces.trace;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;

class TraceFilterTest {

  private static final TraceFilter ANY = filter(List.of(), OptionalDouble.empty());

  private static TraceFilter filter(List<TenantName> tenants, OptionalDouble wasteful) {
    return new TraceFilter(false, tenants, List.of(), Optional.empty(), wasteful, Optional.empty());
  }

  private static TraceFilter of(String tenant) {
    return filter(List.of(new TenantName(tenant)), OptionalDouble.empty());
  }

  @Test
  void leavesOutWhatAsksShardsNothing() {
    assertThat(ANY.shows(trace("SELECT", 1, read("shard1", "acme", 1)))).isTrue();
    assertThat(ANY.shows(trace("SELECT", 1))).isFalse();
    assertThat(ANY.shows(trace("COMMIT", 0, control("shard1")))).isFalse();
    assertThat(ANY.shows(Traces.failed("SELECT", new Problem("42601", "no")))).isTrue();
    assertThat(
            new TraceFilter(
                    true,
                    List.of(),
                    List.of(),
                    Optional.empty(),
                    OptionalDouble.empty(),
                    Optional.empty())
                .shows(trace("SELECT", 1)))
        .isTrue();
  }

  @Test
  void knowsTenantsByWhoAsksAndByWhoseDataIsAskedFor() {
    Trace trace = trace("SELECT", 1, read("shard1", "acme", 1), read("shard2", "bolt", 1));
    assertThat(of("acme").shows(trace)).isTrue();
    assertThat(of("bolt").shows(trace)).isTrue();
    assertThat(of("cato").shows(trace)).isFalse();
  }

  @Test
  void knowsWhichShardsWereAsked() {
    Trace trace = trace("SELECT", 1, read("shard1", "acme", 1), read("shard2", "bolt", 1));
    assertThat(asking("shard2").concerns(trace)).isTrue();
    assertThat(asking("shard3").concerns(trace)).isFalse();
    assertThat(asking("shard2").concerns(trace("SELECT", 1))).isFalse();
  }

  private static TraceFilter asking(String shard) {
    return TraceFilter.of(List.of(), List.of(new ServerName(shard)));
  }

  @Test
  void knowsWasteTimeAndSession() {
    Trace trace = trace("SELECT", 1, read("shard1", "acme", 10));
    assertThat(filter(List.of(), OptionalDouble.of(10)).shows(trace)).isTrue();
    assertThat(filter(List.of(), OptionalDouble.of(10.5)).shows(trace)).isFalse();
    assertThat(
            filter(List.of(), OptionalDouble.of(0))
                .shows(trace("SELECT", 1, Traces.readWithoutRows("shard1"))))
        .isFalse();
    assertThat(slower(Duration.ofMillis(9), "6.1").shows(trace)).isTrue();
    assertThat(slower(Duration.ofMillis(10), "6.1").shows(trace)).isFalse();
    assertThat(slower(Duration.ofMillis(9), "6.2").shows(trace)).isFalse();
  }

  private static TraceFilter slower(Duration time, String session) {
    return new TraceFilter(
        false,
        List.of(),
        List.of(),
        Optional.of(time),
        OptionalDouble.empty(),
        Optional.of(session));
  }
}
