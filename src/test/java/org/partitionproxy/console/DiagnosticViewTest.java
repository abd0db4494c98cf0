package org.partitionproxy.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.SourcePosition;

class DiagnosticViewTest {

  private static Diagnostic at(int column, int length, String line) {
    return Diagnostic.error(
        Code.USAGE,
        new SourcePosition("f.yaml", 42, column, length, line),
        "no such shard",
        "Mend it.\nSoon.");
  }

  @Test
  void showsThePlaceTheLineAndTheHint() {
    assertThat(DiagnosticView.render(List.of(at(17, 6, "  acme: { shard: shrad3 }"))))
        .isEqualTo(
            """
            error[PPP101]: no such shard
              --> f.yaml:42:17
               |
            42 |   acme: { shard: shrad3 }
               |                 ^^^^^^
            hint: Mend it.
                  Soon.
            """);
  }

  @Test
  void keepsTabsAlignedAndTerminalsSafe() {
    assertThat(DiagnosticView.render(List.of(at(3, 1, "\ta\u001b[31m"))))
        .contains("42 | \ta\uFFFD[31m\n   | \t ^\n");
  }

  @Test
  void showsOnlyThePartOfALongLineAroundThePlace() {
    String line = "x".repeat(500) + "HERE" + "y".repeat(500);
    assertThat(DiagnosticView.render(List.of(at(501, 4, line))))
        .contains("42 | ..." + "x".repeat(80) + "HERE" + "y".repeat(76) + "...\n")
        .contains("   |    " + " ".repeat(80) + "^^^^\n");
    assertThat(DiagnosticView.render(List.of(at(1, 1004, line))))
        .contains("42 | " + "x".repeat(160) + "...\n", "   | " + "^".repeat(160) + "\n");
  }

  @Test
  void pointsBehindTheEndOfALine() {
    assertThat(DiagnosticView.render(List.of(at(6, 1, "ab")))).contains("   |      ^\n");
  }

  @Test
  void showsOnlyThePlaceOfALineThatMustNotBeShown() {
    assertThat(DiagnosticView.render(List.of(at(3, 1, ""))))
        .startsWith("error[PPP101]: no such shard\n  --> f.yaml:42:3\nhint: ");
  }

  @Test
  void saysTheSameInColours() {
    List<Diagnostic> diagnostics =
        List.of(at(3, 1, "abc"), Diagnostic.warning(Code.VERSION_UNTESTED, "new", ""));
    String colored = DiagnosticView.render(diagnostics, Colors.of(true, Map.of("TERM", "xterm")));
    assertThat(colored).contains("\u001b[31merror[PPP101]", "\u001b[33mwarning[PPP406]");
    assertThat(colored.replaceAll("\u001b\\[[0-9]*m", ""))
        .isEqualTo(DiagnosticView.render(diagnostics));
  }
}
