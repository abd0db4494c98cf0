package org.partitionproxy.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.partitionproxy.trace.Trace;

class TraceRingTest {

  private static final Duration AT_ONCE = Duration.ofMillis(1);

  private final Trace trace = SampleTraces.read("initech", "shard3", "SELECT 1", 1, 1);

  private void add(TraceRing ring, int times, int bytes) {
    for (int i = 0; i < times; i++) {
      ring.add(trace, new byte[bytes]);
    }
    ring.announce();
  }

  private static List<Long> ids(TraceRing.Portion portion) {
    return portion.entries().stream().map(TraceRing.Entry::id).toList();
  }

  @Test
  void keepsTheNewestAndSaysHowManyAReaderMissed() throws InterruptedException {
    TraceRing ring = new TraceRing(3, 10_000);
    add(ring, 5, 10);

    try (TraceRing.Reader reader = ring.register(1, 1).orElseThrow()) {
      TraceRing.Portion portion = reader.next(AT_ONCE);
      assertThat(ids(portion)).containsExactly(3L, 4L, 5L);
      assertThat(portion.missed()).isEqualTo(1);
      assertThat(reader.next(AT_ONCE).entries()).isEmpty();
      add(ring, 1, 10);
      assertThat(ids(reader.next(AT_ONCE))).containsExactly(6L);
    }
    assertThat(ring.find(3)).isEmpty();
    assertThat(ring.find(6)).contains(trace);
  }

  @Test
  void takesNoMoreMemoryThanItMay() throws InterruptedException {
    TraceRing ring = new TraceRing(1_000, 10_000);
    add(ring, 100, 1_000);

    try (TraceRing.Reader reader = ring.register(0, 1).orElseThrow()) {
      assertThat(reader.next(AT_ONCE).entries()).hasSize(9);
    }
    add(ring, 1, 1_000_000);
    assertThat(ring.find(101)).as("one that is too large by itself").isPresent();
  }

  @Test
  void interruptsAReaderThatIsBusyWhileWhatItNeedsNextGoes() {
    TraceRing ring = new TraceRing(3, 10_000);
    try (TraceRing.Reader reader = ring.register(0, 1).orElseThrow()) {
      add(ring, 4, 10);
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
      assertThat(ring.readers()).isZero();
      assertThat(reader).isNotNull();
    }
    assertThat(Thread.currentThread().isInterrupted()).as("afterwards").isFalse();
  }

  @Test
  void believesNoReaderThatClaimsToHaveSeenTheFuture() throws InterruptedException {
    TraceRing ring = new TraceRing(3, 10_000);
    add(ring, 1, 10);
    try (TraceRing.Reader reader = ring.register(99, 1).orElseThrow()) {
      add(ring, 1, 10);
      assertThat(ids(reader.next(AT_ONCE))).containsExactly(2L);
    }
  }

  @Test
  void takesNobodyWhenItIsFullOrClosed() {
    TraceRing ring = new TraceRing(3, 10_000);
    assertThat(ring.register(0, 0)).isEmpty();
    ring.close();
    assertThat(ring.register(0, 1)).isEmpty();
  }
}
