package org.partitionproxy.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.partitionproxy.testing.SampleTrace;
import org.partitionproxy.top.Board;
import org.partitionproxy.top.Grouping;
import org.partitionproxy.top.Order;
import org.partitionproxy.trace.TraceFilter;

class TopViewTest {

  private final Board board =
      new Board(Grouping.QUERY, Order.TIME, TraceFilter.of(List.of(), List.of()), sql -> sql);

  private void fill() {
    for (int i = 0; i < 3; i++) {
      board.add(
          List.of(
              SampleTrace.of("SELECT *\n  FROM orders")
                  .tenant("bluth-co")
                  .queryId(-42)
                  .millis(400 * i + 1)
                  .rows(2)
                  .read("shard1", "S", 200, 5)
                  .build()));
    }
    board.add(
        List.of(
            SampleTrace.of("SELECT 1\u001b[2J").problem("57014", "canceled").build(),
            SampleTrace.of("SELECT 2").millis(3).build()));
  }

  @Test
  void showsATableOfQueries() {
    fill();
    assertThat(new TopView().render(board.ranking(1)))
        .isEqualTo(
            """
            TENANT    SHARDS  CALLS   TIME   MEAN    MAX  SHARDS%  SHIPPED  RETURNED  WASTE  FAILED  QUERY
            bluth-co  shard1      3  1.20s  401ms  801ms      50%       15         6    2.5       -  SELECT * FROM orders
            (others)  -           2  3.0ms  3.0ms  3.0ms       0%        -         -      -       1  -
            """);
  }

  @Test
  void showsATableOfTenants() {
    fill();
    board.turn();
    assertThat(new TopView().render(board.ranking(9)))
        .isEqualTo(
            """
            TENANT    CALLS   TIME   MEAN    MAX  SHARDS%  SHIPPED  RETURNED  WASTE  FAILED
            bluth-co      3  1.20s  401ms  801ms      50%       15         6    2.5       -
            -             2  3.0ms  3.0ms  3.0ms       0%        -         -      -       1
            """);
  }

  @Test
  void showsATableOfShards() {
    fill();
    board.turn();
    board.turn();
    assertThat(new TopView().render(board.ranking(9)))
        .isEqualTo(
            """
            SHARD   CALLS   TIME   MEAN    MAX  SHARDS%  SHIPPED  RETURNED  WASTE  FAILED
            shard1      3  600ms  200ms  200ms      50%       15         6    2.5       -
            """);
  }

  @Test
  void letsNoStatementSteerTheTerminal() {
    fill();
    assertThat(new TopView().render(board.ranking(9)))
        .contains("SELECT 1 [2J")
        .doesNotContain("\u001b");
  }

  @Test
  void writesAnObjectALineForPrograms() {
    fill();
    assertThat(new TopJsonView().render(board.ranking(1)))
        .isEqualTo(
            """
            {"others":false,"tenant":"bluth-co","shards":["shard1"],"query_id":-42,"statement":"SELECT *\\n  FROM orders","calls":3,"failures":0,"guessed":0,"time_ms":1203.000,"mean_ms":401.000,"max_ms":801.000,"shards_ms":600.000,"share_of_shards":0.499,"rows_shipped":15,"rows_returned":6,"waste":2.5}
            {"others":true,"tenant":null,"shards":[],"query_id":null,"statement":null,"calls":2,"failures":1,"guessed":0,"time_ms":3.000,"mean_ms":3.000,"max_ms":3.000,"shards_ms":0.000,"share_of_shards":0.0,"rows_shipped":null,"rows_returned":null,"waste":null}
            """);
  }

  @Test
  void beginsAnewWhenCleared() {
    fill();
    assertThat(board.statements()).isEqualTo(5);
    board.clear();
    assertThat(board.statements()).isZero();
    assertThat(board.ranking(9).groups()).isEmpty();
    assertThat(board.ranking(9).others()).isEmpty();
    assertThat(new TopJsonView().render(board.ranking(9))).isEmpty();
  }
}
