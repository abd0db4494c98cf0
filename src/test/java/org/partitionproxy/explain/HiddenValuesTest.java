package org.partitionproxy.explain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HiddenValuesTest {

  @Test
  void hidesStringsAndNumbers() {
    assertThat(HiddenValues.in("((a = 'it''s') AND (b > -1.5e3) AND (c = E'x\\'y'))"))
        .isEqualTo("((a = ?) AND (b > -?) AND (c = ?))");
  }

  @Test
  void keepsNamesParametersAndTypes() {
    assertThat(HiddenValues.in("SELECT r1.\"it's 5\", t_2 FROM x7 r1 WHERE n = $1::int4"))
        .isEqualTo("SELECT r1.\"it's 5\", t_2 FROM x7 r1 WHERE n = $1::int4");
  }

  @Test
  void keepsNumbersOfColumns() {
    assertThat(HiddenValues.in("SELECT n, 7 FROM t GROUP BY 1, 2 LIMIT 3::bigint"))
        .isEqualTo("SELECT n, ? FROM t GROUP BY 1, 2 LIMIT ?::bigint");
  }

  @Test
  void hidesAStringOfSeveralLinesAndAByteString() {
    assertThat(HiddenValues.in("(a = 'x\ny'::text) OR (b = '\\xdead'::bytea) OR (c = B'101')"))
        .isEqualTo("(a = ?::text) OR (b = ?::bytea) OR (c = ?)");
  }

  @Test
  void hidesArgumentsOfFunctions() {
    assertThat(HiddenValues.in("((abs(42) = n) AND (t ~~ lower('ABC'::text)))"))
        .isEqualTo("((abs(?) = n) AND (t ~~ lower(?::text)))");
  }

  @Test
  void hidesAStringOfMegabytesAndOneWithoutEnd() {
    assertThat(HiddenValues.in("a = '" + "''x\\".repeat(1_000_000) + "' AND b = 'un"))
        .isEqualTo("a = ? AND b = ?");
  }
}
