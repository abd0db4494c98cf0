package org.partitionproxy.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.partitionproxy.trace.Traces.control;
import static org.partitionproxy.trace.Traces.ofTransaction;
import static org.partitionproxy.trace.Traces.read;
import static org.partitionproxy.trace.Traces.readWithoutRows;
import static org.partitionproxy.trace.Traces.trace;
import static org.partitionproxy.trace.Traces.write;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {

  private static Condition of(String text) {
    return Condition.parse(text).orElseThrow(() -> new AssertionError(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "waste > 10",
        "waste>2.5",
        "Slower > 500 ms",
        "slower>1.5s",
        "slower > 2min",
        "cross-shard",
        " writes > 1 shard ",
        "writes > 2 shards",
        "writes>1"
      })
  void readsWhatCanBeSaid(String text) {
    assertThat(Condition.parse(text)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "waste",
        "waste < 10",
        "waste > 10 rows",
        "waste > 1.2.3",
        "slower > 500",
        "slower > 5 parsecs",
        "cross-shard > 1",
        "writes > 1.5 shards",
        "writes > 1 tenant",
        "waste > 10 or cross-shard"
      })
  void refusesAllElse(String text) {
    assertThat(Condition.parse(text)).isEmpty();
  }

  @Test
  void isMetByWaste() {
    Condition waste = of("waste > 10");
    assertThat(waste.metBy(trace("SELECT", 1, read("shard1", "acme", 10)))).isEmpty();
    assertThat(waste.metBy(trace("SELECT", 1, read("shard1", "acme", 11))))
        .contains("11 rows shipped for 1 returned");
    assertThat(waste.metBy(trace("SELECT", 1, readWithoutRows("shard1")))).isEmpty();
    assertThat(waste.isOfRows()).isTrue();
  }

  @Test
  void isMetByTimeAtTheVeneer() {
    assertThat(of("slower > 10ms").metBy(trace("SELECT", 1))).isEmpty();
    assertThat(of("slower > 9.9ms").metBy(trace("SELECT", 1))).contains("it took 10.0 ms");
  }

  @Test
  void isMetByAStatementOverShardsWhateverControlsTheirTransactions() {
    Condition crossShard = of("cross-shard");
    assertThat(
            crossShard.metBy(
                trace("SELECT", 1, read("shard1", "acme", 1), read("shard1", "cato", 1))))
        .isEmpty();
    assertThat(crossShard.metBy(trace("COMMIT", 0, control("shard1"), control("shard2"))))
        .isEmpty();
    assertThat(
            crossShard.metBy(
                trace("SELECT", 1, read("shard2", "bolt", 1), read("shard1", "acme", 1))))
        .contains("it asks shard1, shard2");
  }

  @Test
  void isMetOnceByATransactionThatWritesToSeveralShards() {
    Condition writes = of("writes > 1 shard");
    assertThat(writes.metBy(ofTransaction("6.1", 1, write("shard1")))).isEmpty();
    assertThat(writes.metBy(ofTransaction("6.2", 1, write("shard2")))).isEmpty();
    assertThat(writes.metBy(ofTransaction("6.1", 1, read("shard2", "bolt", 1)))).isEmpty();
    assertThat(writes.metBy(ofTransaction("6.1", 1, write("shard2"))))
        .contains("its transaction writes to shard1, shard2");
    assertThat(writes.metBy(ofTransaction("6.1", 1, write("shard3")))).isEmpty();
    assertThat(writes.metBy(ofTransaction("6.1", 2, write("shard2")))).isEmpty();
  }
}
