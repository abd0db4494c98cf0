package org.partitionproxy.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QueryTest {

  /** The relations are a table of the veneer and a foreign one. */
  private static Query read(String fields) {
    return Query.read(
            List.of(
                "({QUERY :commandType 1 :rtable ({RANGETBLENTRY :eref {ALIAS :aliasname a\\ \\(b"
                    + " :colnames (\"x\" \"y\\ z\")} :relkind r :inh true} {RANGETBLENTRY :relkind"
                    + " f})\n "
                    + fields
                    + "})"))
        .orElseThrow();
  }

  @Test
  void findsLocksOfForeignRowsOnly() {
    Query query =
        read(
            ":rowMarks ({ROWMARKCLAUSE :rti 1 :strength 4 :waitPolicy 0}"
                + " {ROWMARKCLAUSE :rti 2 :strength 3 :waitPolicy 1 :pushedDown false})");
    assertThat(query.locks())
        .containsExactly(new Query.RowLock(Query.Strength.NO_KEY_UPDATE, Query.Waiting.SKIPS));
  }

  @Test
  void findsSystemColumnsFromInsideOfSubqueriesToo() {
    assertThat(read(":targetList ({VAR :varno 1 :varattno -2 :varlevelsup 0})").systemColumns())
        .isEmpty();
    assertThat(
            read(":jointree {SUBLINK :subselect {QUERY :commandType 1 :rtable <> :targetList"
                    + " ({VAR :varno 2 :varattno -2 :varlevelsup 1})}}")
                .systemColumns())
        .containsExactly(-2);
  }

  @Test
  void findsCallsAndParameters() {
    Query query =
        read(
            ":limitCount {FUNCEXPR :funcid 1574 :args ({CONST :constvalue 4 [ 1 0 0 0 ]})}"
                + " :quals {FUNCEXPR :funcid 7 :args ({PARAM :paramkind 0 :paramid 3})}");
    assertThat(query.calls())
        .containsExactlyInAnyOrder(new Query.Call(1574, true), new Query.Call(7, false));
    assertThat(query.parameters()).isEqualTo(3);
  }

  @Test
  void tellsConflictClausesApart() {
    assertThat(read(":onConflict <>").conflict()).isEmpty();
    assertThat(read(":onConflict {ONCONFLICTEXPR :action 1 :arbiterElems <> :constraint 0}"))
        .extracting(Query::conflict)
        .isEqualTo(Optional.of(new Query.Conflict(false, false)));
    assertThat(
            read(
                ":onConflict {ONCONFLICTEXPR :action 2 :arbiterElems ({INFERENCEELEM :infercollid"
                    + " 0}) :constraint 0}"))
        .extracting(Query::conflict)
        .isEqualTo(Optional.of(new Query.Conflict(true, true)));
  }

  @Test
  void knowsNothingOfACommand() {
    assertThat(Query.read(List.of("({QUERY :commandType 6 :utilityStmt ?})"))).isEmpty();
    assertThat(Query.read(List.of("", "no tree (at all"))).isEmpty();
  }
}
