package org.partitionproxy.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.partitionproxy.script.Statement;

class StatementFileTest {

  private static List<String> read(String text) {
    return StatementFile.statements(text).stream()
        .map(Statement::withoutLeadingComments)
        .map(s -> s.line() + " " + s.text())
        .toList();
  }

  @Test
  void findsStatementsWithTheLinesOfTheirFirstWords() {
    assertThat(read("SELECT 1; /* a */ SELECT\n 2;\n-- b\n\nSELECT 3"))
        .containsExactly("1 SELECT 1;", "1 SELECT\n 2;", "5 SELECT 3");
  }

  @Test
  void leavesOutCommandsOfPsql() {
    assertThat(read("\\set a ';'\nSELECT 1;\n  \\echo x; y\nSELECT 2;"))
        .containsExactly("2 SELECT 1;", "4 SELECT 2;");
  }

  @Test
  void leavesOutRowsOfACopy() {
    assertThat(read("COPY t (a) FROM stdin WITH (FORMAT text);\n1;'\n\\N\n\\.\nSELECT 2;"))
        .containsExactly("1 COPY t (a) FROM stdin WITH (FORMAT text);", "5 SELECT 2;");
  }

  @Test
  void takesACopyWithoutRowsAsAnyStatement() {
    assertThat(read("COPY t FROM STDIN;\nSELECT 'from stdin';\nCOPY t TO STDOUT;"))
        .containsExactly("1 COPY t FROM STDIN;", "2 SELECT 'from stdin';", "3 COPY t TO STDOUT;");
  }

  @Test
  void pointsIntoTheFile() {
    AskedStatement asked =
        StatementFile.statements("SELECT 1;\n/* x */ SELECT\n  y;").stream()
            .map(Statement::withoutLeadingComments)
            .map(s -> new AskedStatement("a.sql", s, java.util.Optional.empty()))
            .toList()
            .get(1);
    assertThat(asked.position(1)).hasToString("a.sql:2:9");
    assertThat(asked.position(10)).hasToString("a.sql:3:3");
  }
}
