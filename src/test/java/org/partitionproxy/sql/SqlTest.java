package org.partitionproxy.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SqlTest {

  @Test
  void quotesNamesAndValues() {
    Sql sql =
        Sql.of(
            "ALTER ROLE {} PASSWORD {}", Identifier.of("we\"ird"), Literal.of("it's a \\ slash"));
    assertThat(sql.text()).isEqualTo("ALTER ROLE \"we\"\"ird\" PASSWORD E'it''s a \\\\ slash'");
  }

  @Test
  void hidesSecretsFromPeopleButNotFromTheServer() {
    Sql inner = Sql.of("PASSWORD {}", Literal.hidden("geheim"));
    Sql sql = Sql.of("CREATE ROLE {} {}", Identifier.of("r"), inner);
    assertThat(sql.toString()).isEqualTo("CREATE ROLE \"r\" PASSWORD '********'");
    assertThat(sql.text()).contains("'geheim'");
    assertThat(sql.isSecret()).isTrue();
    assertThat(Sql.of("SELECT {}", Literal.of("geheim")).isSecret()).isFalse();
    assertThat(Literal.hidden("geheim")).hasToString("********");
  }

  @Test
  void wantsAsManyPartsAsPlaces() {
    assertThatThrownBy(() -> Sql.of("SELECT {}")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Sql.of("SELECT 1", Identifier.of("a")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void joinsParts() {
    assertThat(Sql.join(", ", List.of(Identifier.of("a"), Identifier.of("b"))))
        .hasToString("\"a\", \"b\"");
  }

  @Test
  void refusesNamesThatPostgresWouldChange() {
    assertThat(Identifier.isValid("é".repeat(31))).isTrue();
    for (String name : List.of("", "a\0b", "x".repeat(64), "é".repeat(32))) {
      assertThat(Identifier.isValid(name)).as(name).isFalse();
      assertThatThrownBy(() -> Identifier.of(name)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void refusesValuesThatPostgresCannotHold() {
    assertThatThrownBy(() -> Literal.of("a\0b")).isInstanceOf(IllegalArgumentException.class);
  }
}
