package org.partitionproxy.trace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.partitionproxy.inspect.Values;

class HiddenTraceTest {

  @Test
  void hidesValuesWhereverTheyStand() {
    Trace trace =
        HiddenTrace.of(
            Traces.trace(
                "SELECT 'bob'", 1, Traces.read("shard1", "acme", 3), Traces.write("shard2")),
            Values.HIDDEN);
    assertThat(trace.toString()).doesNotContain("bob", "= 7").contains("acme_app");
    assertThat(trace.parameters()).contains("$1 = ?");
    assertThat(trace.waste()).hasValue(3);
    assertThat(
            HiddenTrace.of(
                Traces.failed("SELECT 'bob'", new Problem("22P02", "no integer: \"bob\"")),
                Values.HIDDEN))
        .extracting(one -> one.problem().orElseThrow())
        .isEqualTo(new Problem("22P02", "no integer: ?"));
  }
}
