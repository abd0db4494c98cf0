package org.partitionproxy.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatementSplitterTest {

  private static List<String> split(String text) {
    return StatementSplitter.split(text).stream().map(Statement::text).toList();
  }

  @Test
  void endsStatementsAtSemicolons() {
    assertThat(split("SELECT 1; SELECT 2;")).containsExactly("SELECT 1;", "SELECT 2;");
  }

  @Test
  void takesTheLastStatementWithoutASemicolon() {
    assertThat(split("SELECT 1;\nSELECT\n 2\n")).containsExactly("SELECT 1;", "SELECT\n 2");
  }

  @Test
  void findsNothingInWhatHasNoStatement() {
    assertThat(split("")).isEmpty();
    assertThat(split(" ;;\n ; ")).isEmpty();
    assertThat(split("-- a remark; no more\n/* another; */")).isEmpty();
  }

  @Test
  void keepsCommentsWithTheStatementThatFollows() {
    assertThat(split("-- first\nSELECT 1;\n/*+ hint */ SELECT 2;"))
        .containsExactly("-- first\nSELECT 1;", "/*+ hint */ SELECT 2;");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT ';';",
        "SELECT 'it''s; fine';",
        "SELECT 'ends in a backslash\\';",
        "SELECT E'a quote \\'; and on';",
        "SELECT e'\\\\';",
        "SELECT E'one ''; two';",
        "SELECT E'first'\n  'second \\'; third';",
        "SELECT U&'d\\0061t\\+000061;';",
        "SELECT B'101', X'1FF', N';';",
        "SELECT 'line one;\nline two;\n';",
        "SELECT \"a;b\", \"say \"\"hi;\"\"\";",
        "SELECT U&\"d\\0061t;\";",
        "SELECT $$a; 'b; \" c$$;",
        "SELECT $tag$ a; $$ b; $other$ c; $tag$;",
        "SELECT $Tag_1$ $tag_1$; $Tag_1$;",
        "SELECT $été$;$été$;",
        "SELECT $$\nBEGIN;\nEND;\n$$;",
        "SELECT 1 -- not yet;\n;",
        "SELECT 1 -- it's; not \"a quote\n;",
        "SELECT 1 /* not; yet */;",
        "SELECT 1 /* outer; /* inner; */ still; */;",
        "SELECT 1 /* ' */;",
        "SELECT 1 /* -- */;",
        "SELECT '/*';",
        "SELECT '--';",
        "SELECT 1 */* product */ 2;",
        "CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b);",
        "SELECT a$b$c FROM t;",
        "PREPARE p AS SELECT $1, $2;",
        "SELECT date'2020-01-01';",
        "SELECT type'\\';",
        "SELECT $1$2;",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;",
        "CREATE OR REPLACE PROCEDURE p(a int DEFAULT 1)\nBEGIN ATOMIC\n INSERT INTO t VALUES (1);\nEND;",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END;",
        "CREATE FUNCTION begin() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;",
      })
  void keepsAStatementWhole(String statement) {
    assertThat(split(statement + "\nSELECT 'next';")).containsExactly(statement, "SELECT 'next';");
  }

  @Test
  void takesBeginAsAStatementOutsideOfRoutines() {
    assertThat(split("BEGIN; SELECT 1; END; CREATE TABLE atomic (); COMMIT;")).hasSize(5);
  }

  @Test
  void doesNotTakeARelationNamedAtomicForABody() {
    assertThat(split("CREATE VIEW begin AS SELECT 1 atomic; SELECT 2;")).hasSize(2);
  }

  @Test
  void goesOnAfterATooEarlyParenthesis() {
    assertThat(split("SELECT 1); SELECT 2;")).containsExactly("SELECT 1);", "SELECT 2;");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1",
        "SELECT 'a;",
        "SELECT \"a;",
        "SELECT $$;",
        "SELECT $a$;$$;",
        "SELECT (1;",
        "/* a remark; ",
        "/* /* */ ",
        "SELECT E'\\';",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1;",
        "SELECT 1; SELECT 2",
      })
  void waitsForMore(String text) {
    assertThat(pendingAfter(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", ";", "SELECT 1;", "SELECT 1; -- done", "-- remark", "/**/ "})
  void waitsForNoMore(String text) {
    assertThat(pendingAfter(text)).isFalse();
  }

  private static boolean pendingAfter(String text) {
    StatementSplitter splitter = new StatementSplitter();
    text.lines().forEach(splitter::append);
    return splitter.isPending();
  }

  @Test
  void placesACharacterInItsLine() {
    List<Statement> statements =
        StatementSplitter.split("SELECT 1;  SELECT\n  'é', nope\n  FROM t;");
    Statement second = statements.get(1);
    assertThat(second.line()).isEqualTo(1);
    assertThat(second.position("stdin", 1))
        .hasToString("stdin:1:12")
        .extracting("text")
        .isEqualTo("SELECT 1;  SELECT");
    assertThat(second.position("stdin", second.text().indexOf("nope") + 1))
        .hasToString("stdin:2:8")
        .extracting("text")
        .isEqualTo("  'é', nope");
    assertThat(second.position("stdin", 10_000)).hasToString("stdin:3:10");
  }

  @Test
  void countsCodePointsAsPostgresqlDoes() {
    Statement statement = StatementSplitter.split("SELECT '😀', x;").get(0);
    assertThat(statement.position("stdin", 13)).hasToString("stdin:1:13");
  }

  @Test
  void namesAStatementByItsFirstWord() {
    assertThat(
            StatementSplitter.split("-- a\n/* b */ insert into t values (1);").get(0).firstWord())
        .isEqualTo("INSERT");
  }

  /** Statements put together from pieces that end nothing come apart at the joints alone. */
  @Test
  void splitsWhatWasJoined() {
    String[] pieces = {
      " x ",
      "';'",
      "\";\"",
      "$$;$$",
      "$a$;'$a$",
      "-- ;'\n",
      "/* ;/*'*/ */",
      "(;)",
      "E'\\';'",
      "\n",
      " 1 ",
      ",",
      "''",
      " $1 "
    };
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      StringBuilder text = new StringBuilder();
      int statements = 1 + random.nextInt(4);
      for (int i = 0; i < statements; i++) {
        text.append("SELECT ");
        for (int piece = random.nextInt(8); piece > 0; piece--) {
          text.append(pieces[random.nextInt(pieces.length)]).append(' ');
        }
        text.append(";");
      }
      assertThat(split(text.toString())).as("seed %s: %s", seed, text).hasSize(statements);
    }
  }
}
