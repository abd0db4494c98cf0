package org.partitionproxy.console;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.partitionproxy.ledger.Origin;
import org.partitionproxy.ledger.Run;
import org.partitionproxy.testing.GoldenFile;

class HistoryViewTest {

  private static final List<Run> RUNS =
      List.of(
          run(1, "initialize", Optional.of("2026-03-04T05:06:09Z"), Optional.of("done"), 57),
          run(2, "secrets rotate", Optional.of("2026-03-04T05:06:07Z"), Optional.of("failed"), 0),
          run(3, "migrate", Optional.empty(), Optional.empty(), -1));

  private static Run run(
      long id, String command, Optional<String> end, Optional<String> outcome, long changes) {
    return new Run(
        id,
        new Origin(command, "gob", "yacht", 4711, "0.1.0", "0123456789abcdef".repeat(4)),
        Instant.parse("2026-03-04T05:06:07Z"),
        end.map(Instant::parse),
        outcome,
        Optional.of(changes).filter(n -> n >= 0));
  }

  @Test
  void showsRunsWithTheNewestLast() {
    GoldenFile.assertMatches("history.txt", HistoryView.render(RUNS, ZoneId.of("Europe/Berlin")));
  }

  @Test
  void showsTheSameAsJson() {
    GoldenFile.assertMatches("history.json", Json.pretty(RUNS));
  }
}
