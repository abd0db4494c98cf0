package org.partitionproxy.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class TableTest {

  @Test
  void alignsTextsLeftAndNumbersRight() {
    String text =
        new Table()
            .column("tenant")
            .numbers("tables")
            .column("shard")
            .row("bluth-co", 7, "shard1")
            .row("dunder-mifflin", 1200, "shard2")
            .render();
    assertThat(text)
        .isEqualTo(
            """
            TENANT          TABLES  SHARD
            bluth-co             7  shard1
            dunder-mifflin    1200  shard2
            """);
  }

  @Test
  void showsADashWhereThereIsNothing() {
    assertThat(
            new Table()
                .column("a")
                .column("b")
                .column("c")
                .row(null, Optional.empty(), "")
                .row(1, Optional.of(2), 3)
                .render())
        .isEqualTo("A  B  C\n-  -  -\n1  2  3\n");
  }

  @Test
  void keepsEveryRowOnOneLineHoweverLongItIs() {
    String longText = "x".repeat(500) + " " + "y".repeat(500);
    assertThat(new Table().column("text").row(longText).row("a\nb\u001b[31mc").render())
        .isEqualTo("TEXT\n" + longText + "\na b [31mc\n");
  }

  @Test
  void showsTheHeaderAloneWithoutRows() {
    assertThat(new Table().column("name").numbers("age").render()).isEqualTo("NAME  AGE\n");
  }

  @Test
  void refusesARowOfAnotherLength() {
    Table table = new Table().column("name");
    assertThatThrownBy(() -> table.row("a", "b")).isInstanceOf(IllegalArgumentException.class);
  }
}
