package org.partitionproxy.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.partitionproxy.sql.Identifier;

class SchemaReferencesTest {

  private static boolean names(String sql) {
    return SchemaReferences.contains(sql, Identifier.of("bookstore"), Identifier.of("bluth_co"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT id, title FROM bluth_co.books WHERE ((id = 1))",
        "DECLARE c1 CURSOR FOR SELECT a FROM Bluth_CO.Books r1",
        "SELECT * FROM \"bluth_co\".\"books\"",
        "SELECT * FROM bluth_co . /* why */ books",
        "SELECT * FROM bluth_co -- a break\n.books",
        "SELECT * FROM bookstore.bluth_co.books",
        "SELECT 1 FROM a, bluth_co.books",
        "SELECT E'it\\'s' FROM bluth_co.books",
        "SELECT $1::bytea, 1.5, $tag$ $x$ $tag$ FROM bluth_co.books",
        "SELECT /* a /* nested */ comment */ 1 FROM bluth_co.books",
        "SELECT U&'d\\0061t' FROM (bluth_co.books)",
        "UPDATE bluth_co.books SET a=1",
        "SELECT a$b.c, bluth_co.books.id FROM x",
      })
  void findsARelationOfTheSchema(String sql) {
    assertThat(names(sql)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 'bluth_co.books'",
        "SELECT E'\\' bluth_co.books'",
        "SELECT 'it''s bluth_co.books'",
        "SELECT 1 -- bluth_co.books",
        "SELECT 1 /* /* */ bluth_co.books */",
        "SELECT $$ bluth_co.books $$",
        "SELECT $q$ $$ bluth_co.books $q$",
        "SELECT * FROM bluth_co_old.books",
        "SELECT * FROM xbluth_co.books",
        "SELECT * FROM \"BLUTH_CO\".books",
        "SELECT * FROM \"a \"\"bluth_co.books\".t",
        "SELECT initech.bluth_co.title FROM initech.bluth_co",
        "SET search_path = bluth_co",
        "SELECT bluth_co FROM initech.books",
        "SELECT bluth_co.* FROM initech.books",
        "SELECT 'never closed FROM bluth_co.books",
        "SELECT /* never closed FROM bluth_co.books",
        "SELECT $a$ never closed FROM bluth_co.books",
        "",
      })
  void isNotMisledByWhatOnlyLooksLikeIt(String sql) {
    assertThat(names(sql)).isFalse();
  }

  @Test
  void findsASchemaWhoseNameNeedsQuotes() {
    Identifier odd = Identifier.of("a \"b\".c");
    assertThat(
            SchemaReferences.contains(
                "TABLE " + odd.quoted() + ".t", Identifier.of("bookstore"), odd))
        .isTrue();
  }
}
