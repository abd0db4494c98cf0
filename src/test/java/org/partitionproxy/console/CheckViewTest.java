package org.partitionproxy.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.partitionproxy.check.AskedStatement;
import org.partitionproxy.check.CheckReport;
import org.partitionproxy.check.CheckedStatement;
import org.partitionproxy.check.Finding;
import org.partitionproxy.check.Verdict;
import org.partitionproxy.script.Statement;
import org.partitionproxy.topology.TenantName;

class CheckViewTest {

  private static Finding finding(Verdict verdict, String state, int position, String instead) {
    return new Finding(
        verdict,
        Optional.of(state).filter(s -> !s.isEmpty()),
        Optional.of(position).filter(p -> p > 0),
        "why " + verdict,
        instead);
  }

  private static CheckReport report() {
    return new CheckReport(
        new TenantName("acme"),
        List.of(
            statement("SELECT 1", 1, Optional.empty()),
            statement(
                "SELECT a\n  FROM b;",
                2,
                Optional.empty(),
                finding(Verdict.SLOW, "", 0, "less"),
                finding(Verdict.FAILS, "42P01", 17, "other")),
            statement("LOCK t", 14, Optional.of(7L), finding(Verdict.UNCLEAR, "42601", 0, ""))),
        List.of(finding(Verdict.DIFFERS, "", 0, "care")));
  }

  private static CheckedStatement statement(
      String text, int line, Optional<Long> calls, Finding... findings) {
    return new CheckedStatement(
        new AskedStatement("a.sql", new Statement(text, line, ""), calls), List.of(findings));
  }

  @Test
  void alignsPlaceVerdictAndReason() {
    assertThat(new CheckView(Colors.NONE).render(report()))
        .isEqualTo(
            """
            a.sql:3:8  SELECT a FROM b;
                       fails 42P01    why fails
                                      instead: other
            a.sql:2    SELECT a FROM b;
                       slow           why slow
                                      instead: less
            a.sql:14   LOCK t  (7 calls)
                       unclear 42601  why unclear

            The application as a whole, as tenant acme:
            differs  why differs
                     instead: care

            3 statements: 1 fails, 1 unclear, 1 fine.
            """);
  }

  @Test
  void givesTheSameAsJson() {
    assertThat(CheckView.json(report()))
        .startsWith("{\n  \"tenant\": \"acme\",\n  \"statements\": 3,\n  \"findings\": [")
        .contains(
            """
                {
                  "source": "a.sql",
                  "line": 3,
                  "column": 8,
                  "statement": "SELECT a\\n  FROM b;",
                  "calls": null,
                  "verdict": "fails",
                  "sql_state": "42P01",
                  "why": "why fails",
                  "instead": "other"
                },
            """)
        .contains("\"calls\": 7")
        .contains("\"application\": [");
  }
}
