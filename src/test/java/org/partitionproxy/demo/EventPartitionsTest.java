package org.partitionproxy.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.partitionproxy.demo.EventPartitions.Partition;

class EventPartitionsTest {

  private static final Instant START = Instant.parse("2026-11-20T10:00:00Z");

  /** Partitions of ten seconds, by their numbers from the start. */
  private static EventPartitions at(long second, int... numbers) {
    List<Partition> partitions =
        IntStream.of(numbers)
            .mapToObj(
                n ->
                    new Partition(
                        "p" + n, START.plusSeconds(10L * n), START.plusSeconds(10L * n + 10), n))
            .toList();
    return new EventPartitions(START.plusSeconds(second), 0, partitions);
  }

  @Test
  void reachesAsFarAheadAsThereIsNoGap() {
    EventPartitions partitions = at(13, 0, 1, 2, 3, 5);
    assertThat(partitions.current()).map(Partition::name).contains("p1");
    assertThat(partitions.ready()).extracting(Partition::name).containsExactly("p2", "p3");
    assertThat(partitions.ahead()).isEqualTo(Duration.ofSeconds(27));
  }

  @Test
  void hasNothingAheadWhereThePresentHasNoPartition() {
    EventPartitions partitions = at(10, 0, 2);
    assertThat(partitions.current()).isEmpty();
    assertThat(partitions.ready()).isEmpty();
    assertThat(partitions.ahead()).isZero();
  }

  @Test
  void endsWithTheLastPartition() {
    assertThat(at(10, 1).ahead()).isEqualTo(Duration.ofSeconds(10));
  }
}
