package org.partitionproxy.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RunTest {

  private static final Instant NOON = Instant.parse("2026-03-04T12:00:00Z");

  private static Run run(long id, String command, int second, Optional<String> outcome) {
    return new Run(
        id,
        new Origin(command, "gob", "yacht", 4711, "0.1.0", ""),
        NOON.plusSeconds(second),
        outcome.map(done -> NOON.plusSeconds(second + 1)),
        outcome,
        Optional.empty());
  }

  @Test
  void historiesOfSeveralVeneersAreOneInTheirOrder() {
    Run first = run(1, "initialize", 0, Optional.of("done"));
    Run second = run(2, "migrate", 10, Optional.of("done"));
    Run third = run(1, "analyze", 20, Optional.of("done"));
    assertThat(Run.merge(List.of(List.of(first, second), List.of(second, third)), 50))
        .containsExactly(first, second, third);
    assertThat(Run.merge(List.of(List.of(first, second), List.of(third)), 2))
        .containsExactly(second, third);
  }

  @Test
  void aRunHasItsEndFromAVeneerThatWasThere() {
    Run ended = run(7, "migrate", 10, Optional.of("partial"));
    Run unfinished = run(3, "migrate", 10, Optional.empty());
    assertThat(Run.merge(List.of(List.of(unfinished), List.of(ended)), 50)).containsExactly(ended);
    assertThat(Run.merge(List.of(List.of(unfinished)), 50)).containsExactly(unfinished);
  }
}
