package org.partitionproxy.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.SourcePosition;

class DiagnosticViewTest {

  @Test
  void marksThePlaceInItsLine() {
    assertThat(render(new SourcePosition("shards.yaml", 42, 18, 6, "  acme: { shard: shrad3 }")))
        .isEqualTo(
            """
            error[PPP204]: no such shard
              --> shards.yaml:42:18
               |
            42 |   acme: { shard: shrad3 }
               |                  ^^^^^^
            hint: Say which.
                  It must be declared.
            """);
  }

  @Test
  void keepsTabsAboveAndBelow() {
    assertThat(render(new SourcePosition("f", 1, 3, 1, "\ta\tb")))
        .contains("1 | \ta\tb\n  | \t ^\n");
  }

  @Test
  void showsOnlyThePartOfALongLineAroundThePlace() {
    String line = "x".repeat(500) + "HERE" + "y".repeat(500);
    assertThat(render(new SourcePosition("f", 1, 501, 4, line)))
        .contains("1 | ..." + "x".repeat(80) + "HERE" + "y".repeat(76) + "...\n")
        .contains("  |    " + " ".repeat(80) + "^^^^\n");
    assertThat(render(new SourcePosition("f", 1, 1, 1004, line)))
        .contains("1 | " + "x".repeat(160) + "...\n", "  | " + "^".repeat(160) + "\n");
  }

  private static String render(SourcePosition position) {
    return DiagnosticView.render(
        List.of(
            Diagnostic.error(
                Code.SHARD_UNDECLARED,
                position,
                "no such shard",
                "Say which.\nIt must be declared.")));
  }
}
