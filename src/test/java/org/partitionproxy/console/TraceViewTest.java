package org.partitionproxy.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.partitionproxy.trace.Traces.control;
import static org.partitionproxy.trace.Traces.read;
import static org.partitionproxy.trace.Traces.readWithoutRows;
import static org.partitionproxy.trace.Traces.trace;

import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.partitionproxy.testing.SampleTrace;
import org.partitionproxy.trace.Problem;
import org.partitionproxy.trace.Trace;
import org.partitionproxy.trace.Traces;

class TraceViewTest {

  private static String render(Trace trace, boolean all) {
    return new TraceView(ZoneOffset.UTC, Colors.NONE, all).render(List.of(trace));
  }

  @Test
  void showsATreeWithWhatIsFoldedCounted() {
    Trace trace =
        trace(
            "SELECT *\n    FROM items\n      WHERE id = $1",
            3,
            control("shard1"),
            read("shard1", "acme", 300),
            read("shard2", "bolt", 1));
    assertThat(render(trace, false))
        .isEqualTo(
            """
            2026-11-20 10:43:10.123  acme_app  10.0 ms  3 rows  waste 100 (301 rows shipped)  shards 120%
              SELECT *
              FROM items
                WHERE id = $1
                $1 = 'bob'
              ├─ shard1  acme  read  4.0 ms  300 rows  2 fetches
              │  SELECT id FROM items WHERE id = 7
              ├─ shard2  bolt  read  4.0 ms  1 row  2 fetches
              │  SELECT id FROM items WHERE id = 7
              └─ 1 for transactions and set-up, 4.0 ms

            """);
    assertThat(render(trace, true))
        .contains("├─ shard1  acme  control  4.0 ms  - rows\n  │  COMMIT TRANSACTION\n")
        .contains("└─ shard2  bolt  read  4.0 ms  1 row  2 fetches\n     SELECT id")
        .doesNotContain("for transactions");
  }

  @Test
  void saysWhatIsNotKnown() {
    assertThat(render(trace("SELECT 1", 1, readWithoutRows("shard1")), false))
        .contains("  1 row  waste -  shards 40%\n", "read  4.0 ms  - rows  2 fetches");
    assertThat(render(Traces.failed("SELECT 1", new Problem("42601", "no\u001b[31m\nsuch")), false))
        .contains("acme_app  -  - rows  waste -  shards -\n")
        .contains("    error 42601 no\\x1b[31m\n    such\n");
    Trace guess = SampleTrace.of("SELECT 1").read("shard1", "SELECT 2", 4, 1).guessed().build();
    assertThat(render(guess, false)).contains("\n  tied by time, which is a guess\n  └─");
    assertThat(new TraceJsonView(false).render(List.of(guess))).contains("\"exact\":false");
  }

  @Test
  void cutsWhatNobodyWouldRead() {
    String text = render(trace("SELECT " + "x".repeat(10_000_000), 1), false);
    assertThat(text).hasSizeLessThan(3000).contains("xxx … (of 10000007 characters)");
  }

  @Test
  void writesAnObjectALine() {
    TraceJsonView view = new TraceJsonView(false);
    String line =
        view.render(List.of(trace("SELECT\n1", 3, control("shard1"), read("shard1", "acme", 300))));
    assertThat(line.lines()).hasSize(1);
    assertThat(line)
        .startsWith("{\"begin\":\"2026-11-20T10:43:10.123Z\",\"veneer\":\"veneer\",\"session\":")
        .contains("\"duration_ms\":10.000,\"rows\":3,\"rows_shipped\":300,\"waste\":100.0,")
        .contains("\"shards_ms\":8.000,\"query_id\":null,\"error\":null,\"exact\":true")
        .contains("\"purpose\":\"read\"", "\"fetches\":2", "\"folded\":1,\"meets\":[]}")
        .doesNotContain("COMMIT");
    assertThat(new TraceJsonView(true).render(trace("COMMIT", 0, control("shard1")), List.of("x")))
        .contains("COMMIT TRANSACTION", "\"folded\":0,\"meets\":[\"x\"]}");
    assertThat(view.render(List.of(Traces.failed("S", new Problem("42601", "no")))))
        .contains("\"duration_ms\":null", "{\"sqlstate\":\"42601\",\"message\":\"no\"}");
  }
}
