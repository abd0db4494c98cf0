package org.partitionproxy.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.partitionproxy.console.Json;
import org.partitionproxy.inspect.Values;
import org.partitionproxy.trace.Forwarded;
import org.partitionproxy.trace.Problem;
import org.partitionproxy.trace.Trace;

class ShownTraceTest {

  private static final String SECRET = "'4711'";

  private static Trace secretive(int times) {
    Trace trace = SampleTraces.read("initech", "shard3", "SELECT " + SECRET, 2_480, 12);
    Forwarded one = trace.asked().get(0);
    Forwarded failed =
        new Forwarded(
            one.shard(),
            one.session(),
            one.user(),
            one.tenant(),
            one.purpose(),
            one.statement(),
            Optional.of("$1 = " + SECRET),
            one.begin(),
            one.duration(),
            one.fetches(),
            one.executions(),
            one.rows(),
            Optional.of(new Problem("23505", "Key (id)=(4711) already exists")));
    return new Trace(
        trace.veneer(),
        trace.session(),
        trace.transaction(),
        trace.user(),
        trace.tenant(),
        trace.application(),
        trace.statement(),
        Optional.of("$1 = " + SECRET),
        trace.begin(),
        trace.duration(),
        trace.rows(),
        trace.queryId(),
        Optional.of(new Problem("22P02", "invalid input syntax for type integer: \"4711\"")),
        trace.exact(),
        Collections.nCopies(times, failed));
  }

  @Test
  void hidesValuesWhereverTheyMayBe() {
    String json = Json.line(ShownTrace.of(secretive(1), Values.HIDDEN));

    assertThat(json)
        .doesNotContain("4711")
        .contains("SELECT ?", "\"parameters\":\"$1 = ?\"")
        .contains("Key (id)=(?) already exists", "invalid input syntax for type integer: ?");
    assertThat(Json.line(ShownTrace.of(secretive(1), Values.SHOWN)))
        .contains(
            "SELECT '4711'",
            "$1 = '4711'",
            "Key (id)=(4711) already exists",
            "integer: \\\"4711\\\"");
  }

  @Test
  void givesFiguresThatJavaScriptCountsExactly() {
    ShownTrace shown =
        ShownTrace.of(SampleTraces.read("initech", "shard3", "SELECT 1", 2_480, 10), Values.SHOWN);

    assertThat(shown.begin()).isEqualTo(1_795_167_659_988_000L);
    assertThat(shown.duration()).isEqualTo(20_000);
    assertThat(shown.rowsShipped()).contains(2_480L);
    assertThat(shown.waste()).contains(248.0);
    assertThat(shown.timeOnShards()).isEqualTo(12_040);
  }

  @Test
  void cutsWhatWouldStopABrowser() {
    Trace huge =
        SampleTraces.read("initech", "shard3", "SELECT '" + "\uD83D\uDE00".repeat(9_000), 1, 1);

    ShownTrace shown = ShownTrace.of(huge, Values.SHOWN);

    assertThat(shown.statement()).hasSizeLessThan(10_100).endsWith("… (8008 more characters)");
    assertThat(shown.forwarded().get(1).statement()).hasSizeLessThan(2_100);
    assertThat(shown.statement().codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF)).isTrue();

    ShownTrace many = ShownTrace.of(secretive(250), Values.SHOWN);
    assertThat(many.forwarded()).hasSize(100);
    assertThat(many.leftOut()).isEqualTo(150);
    assertThat(many.rowsShipped()).contains(250 * 2_480L);
  }

  @Test
  void hidesValuesBeforeItCuts() {
    Trace trace =
        SampleTraces.read("initech", "shard3", "SELECT '" + "s".repeat(20_000) + "'", 1, 1);

    ShownTrace shown = ShownTrace.of(trace, Values.HIDDEN);

    assertThat(shown.statement()).isEqualTo("SELECT ?");
  }
}
