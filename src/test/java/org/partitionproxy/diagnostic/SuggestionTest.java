package org.partitionproxy.diagnostic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionTest {

  private static final List<String> KNOWN = List.of("host", "port", "postgres_home");

  @ParameterizedTest
  @CsvSource({"prot, port", "PORT, port", "hots, host", "postgreshome, postgres_home", "por, port"})
  void findsTheNearestWord(String word, String meant) {
    assertThat(Suggestion.didYouMean(word, KNOWN)).isEqualTo(" Did you mean \"" + meant + "\"?");
  }

  @Test
  void isSilentWhenNoWordIsNear() {
    assertThat(Suggestion.didYouMean("xx", KNOWN)).isEmpty();
    assertThat(Suggestion.didYouMean("", KNOWN)).isEmpty();
    assertThat(Suggestion.didYouMean("database", KNOWN)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "ab, ba, 1",
    "abc, abc, 0",
    "abc, axc, 1",
    "abc, abcd, 1",
    "abcd, bcd, 1",
    "ca, abc, 3"
  })
  void countsEditsAndSwaps(String a, String b, int distance) {
    assertThat(Suggestion.distance(a, b, 9)).isEqualTo(distance);
    assertThat(Suggestion.distance(b, a, 9)).isEqualTo(distance);
  }

  @Test
  void countsNoFurtherThanTheLimit() {
    assertThat(Suggestion.distance("abcdef", "uvwxyz", 3)).isEqualTo(3);
    assertThat(Suggestion.distance("a", "abcdef", 3)).isEqualTo(3);
  }
}
