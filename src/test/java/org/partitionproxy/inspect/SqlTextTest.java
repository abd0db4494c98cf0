package org.partitionproxy.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SqlTextTest {

  @Test
  void findsBlockCommentsWhereverTheyAre() {
    assertThat(SqlText.blockComments("/*a*/ SELECT /* b */ 1 -- no\n+ 2 /*c*//*d*/"))
        .containsExactly("a", " b ", "c", "d");
  }

  @Test
  void takesNothingOutOfStringsNamesAndLineComments() {
    assertThat(
            SqlText.blockComments(
                "SELECT '/*a*/', E'\\'/*b*/', $x$/*c*/$x$, \"/*d*/\" -- /*e*/\n, 1"))
        .isEmpty();
  }

  @Test
  void knowsThatCommentsNest() {
    assertThat(SqlText.blockComments("SELECT 1 /* a /* b */ c */ + 1"))
        .containsExactly(" a /* b */ c ");
  }

  @Test
  void endsACommentThatIsNotClosedWithTheText() {
    assertThat(SqlText.blockComments("SELECT 1 /* a")).hasSize(1);
    assertThat(SqlText.blockComments("/*")).hasSize(1);
    assertThat(SqlText.blockComments("/*/")).hasSize(1);
  }

  @Test
  void tellsTheFirstWord() {
    assertThat(SqlText.firstWord("/*x*/ select 1")).isEqualTo("SELECT");
    assertThat(SqlText.firstWord("-- x\n ((values (1)))")).isEqualTo("VALUES");
    assertThat(SqlText.firstWord("'x'")).isEmpty();
    assertThat(SqlText.firstWord("")).isEmpty();
  }
}
