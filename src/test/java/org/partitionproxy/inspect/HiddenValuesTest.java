package org.partitionproxy.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HiddenValuesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SELECT 1, 2.5, .5, 1e-3, 0xFF, 1_000 | SELECT ?, ?, .?, ?-?, ?, ?",
        "SELECT 'it''s', E'a\\'b', N'x', B'101', U&'d\\0061t' | SELECT ?, ?, ?, ?, ?",
        "SELECT $$secret$$, $x$a $$ b$x$ | SELECT ?, ?",
        "SELECT '1'::int, date '2026-01-01', CAST('x' AS text) | SELECT ?::int, date ?, CAST(? AS text)",
        "SELECT * FROM t2 WHERE a = $1 AND b = $12 | SELECT * FROM t2 WHERE a = $1 AND b = $12",
        "SELECT \"a 1\".\"b'c\" FROM x$1 | SELECT \"a 1\".\"b'c\" FROM x$1",
        "SELECT * FROM t WHERE sick = TRUE | SELECT * FROM t WHERE sick = ?",
        "SELECT * FROM t WHERE sick IS NOT true AND x IS NULL | SELECT * FROM t WHERE sick IS NOT true AND x IS NULL",
        "SELECT /* of bob */ 1 | SELECT /* ? */ ?",
        "SELECT 1 -- of bob | SELECT ? /* ? */",
        "SELECT 1; SELECT 'b' | SELECT ?; SELECT ?",
        "INSERT INTO t VALUES (-5, 'x') | INSERT INTO t VALUES (-?, ?)",
      })
  void hidesConstantsAndKeepsNames(String sql, String shown) {
    assertThat(HiddenValues.inSql(sql).strip()).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 'a\\' secret '",
        "SELECT E'a' \n'\\' secret'",
        "SELECT \"a, 'secret'",
        "SELECT 'secret",
        "SELECT $a$ secret",
        "SELECT E'\\' secret",
        "/* secret",
        "-- secret",
        "--secret\nSELECT 1",
        "SELECT 1 /* a /* secret */ secret */",
        "DO $$ BEGIN PERFORM 'secret'; END $$",
      })
  void neverShowsWhatMayBeAValue(String sql) {
    assertThat(HiddenValues.inSql(sql)).doesNotContain("secret");
  }

  @Test
  void leavesStatementsWithoutValuesAsTheyAre() {
    String sql = "SELECT a,\n       b\nFROM \"My Table\" t\n";
    assertThat(HiddenValues.inSql(sql)).isEqualTo(sql);
  }

  @Test
  void hidesWhatEveryParameterIs() {
    assertThat(HiddenValues.inParameters("$1 = 'it''s, $2 = ''x', $2 = NULL, $3 = '...'"))
        .isEqualTo("$1 = ?, $2 = ?, $3 = ?");
    assertThat(HiddenValues.inParameters("$1 = '" + "''".repeat(100_000) + "'"))
        .isEqualTo("$1 = ?");
    assertThat(HiddenValues.inParameters("something else")).isEqualTo("?");
    assertThat(HiddenValues.inParameters("$1 = 'x' else")).isEqualTo("$1 = ?, ?");
    assertThat(HiddenValues.inParameters("")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "22P02 | invalid input syntax for type integer: \"bob\" | invalid input syntax for type integer: ?",
        "22003 | value \"99999999999\" is out of range for type integer | value ? is out of range for type integer",
        "23505 | duplicate key value violates unique constraint \"items_1\" | duplicate key value violates unique constraint \"items_1\"",
        "23505 | Key (id, name)=(5, Bob (x)) already exists. | Key (id, name)=(?) already exists.",
        "23514 | Failing row contains (1, bob). | Failing row contains (?).",
        "42P01 | relation \"items\" does not exist | relation \"items\" does not exist",
        "42601 | syntax error at or near \"'bob'\" | syntax error at or near ?",
        "57014 | canceling statement due to user request | canceling statement due to user request",
        "P0001 | bob has no money | ?",
        "BOB01 | bob has no money | ?",
        "`` | bob has no money | ?",
        "40P01 | Process 123 waits for ShareLock on transaction 456 | Process ? waits for ShareLock on transaction ?",
        "23505 | boom remote SQL command: SELECT 1 FROM t | boom remote SQL command: SELECT ? FROM t",
      })
  void hidesValuesInErrors(String sqlState, String message, String shown) {
    assertThat(HiddenValues.inMessage(sqlState, message)).isEqualTo(shown);
  }
}
