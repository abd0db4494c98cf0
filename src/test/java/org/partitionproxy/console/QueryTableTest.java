package org.partitionproxy.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.partitionproxy.db.UserResult;

class QueryTableTest {

  private static final List<UserResult.Column> COLUMNS =
      List.of(new UserResult.Column("id", true), new UserResult.Column("name", false));

  private static List<Optional<String>> row(String id, String name) {
    return List.of(Optional.of(id), Optional.of(name));
  }

  @Test
  void alignsNumbersToTheRightAndShowsNullAsNothing() {
    assertThat(
            QueryTable.render(
                new UserResult.Rows(
                    COLUMNS,
                    List.of(row("1", "Emma"), List.of(Optional.of("1000"), Optional.empty())))))
        .isEqualTo(
            """
              id  | name
            ------+------
                1 | Emma
             1000 |
            (2 rows)

            """);
  }

  @Test
  void drawsAResultWithoutRowsOrColumns() {
    assertThat(QueryTable.render(new UserResult.Rows(COLUMNS, List.of())))
        .isEqualTo(" id | name\n----+------\n(0 rows)\n\n");
    assertThat(QueryTable.render(new UserResult.Rows(List.of(), List.of(List.of()))))
        .isEqualTo("\n\n\n(1 row)\n\n");
  }

  @Test
  void marksValuesOfSeveralLines() {
    assertThat(QueryTable.render(new UserResult.Rows(COLUMNS, List.of(row("1", "one\ntwo lines")))))
        .isEqualTo(
            """
             id |   name
            ----+-----------
              1 | one      +
                | two lines
            (1 row)

            """);
  }

  @Test
  void countsColumnsOfTheTerminal() {
    assertThat(
            QueryTable.render(
                new UserResult.Rows(
                    List.of(new UserResult.Column("a", false), new UserResult.Column("b", false)),
                    List.of(row("日本", "x"), row("e\u0301", "y")))))
        .contains(" 日本 | x\n", " e\u0301    | y\n");
  }

  @Test
  void keepsValuesFromCommandingTheTerminal() {
    assertThat(QueryTable.render(new UserResult.Rows(COLUMNS, List.of(row("1", "\u001b[2J\r\t.")))))
        .contains("\\x1B[2J\\r")
        .doesNotContain("\u001b", "\r", "\t");
  }
}
