package org.partitionproxy.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SourceTextTest {

  @Test
  void endsALineAtAnyOfTheThreeLineEnds() {
    SourceText source = text("one\ntwo\r\nthree\rfour\u0085five\u2028six\n");
    assertThat(source.line(1)).isEqualTo("one");
    assertThat(source.line(2)).isEqualTo("two");
    assertThat(source.line(3)).isEqualTo("three");
    assertThat(source.line(4)).isEqualTo("four\u0085five\u2028six");
    assertThat(source.line(5)).isEmpty();
    assertThat(source.line(6)).isEmpty();
  }

  @Test
  void findsTheIndexOfAColumnInCodePoints() {
    SourceText source = text("a😀b\nc\n");
    assertThat(source.index(1, 1)).isZero();
    assertThat(source.index(1, 3)).isEqualTo(3);
    assertThat(source.index(2, 1)).isEqualTo(5);
    assertThat(source.index(9, 1)).isEqualTo(7);
  }

  @Test
  void endsBeforeTheFirstByteThatIsNoText() {
    SourceText source =
        SourceText.of("f", new byte[] {'o', 'k', '\n', (byte) 0xC3, (byte) 0xA4, (byte) 0xFF, 'x'});
    assertThat(source.text()).isEqualTo("ok\nä");
    assertThat(source.cut()).contains(SourceText.Cut.NOT_UTF8);
    assertThat(source.end()).isEqualTo(new Place(2, 2, 1));
  }

  @Test
  void endsBeforeACharacterThatIsCutOff() {
    SourceText source = SourceText.of("f", new byte[] {'o', 'k', (byte) 0xC3});
    assertThat(source.text()).isEqualTo("ok");
    assertThat(source.cut()).contains(SourceText.Cut.NOT_UTF8);
  }

  @Test
  void endsBeforeAControlCharacter() {
    assertThat(text("a\tb\r\nc\u001B[31m").text()).isEqualTo("a\tb\r\nc");
    assertThat(text("a\tb\u00A0\n").cut()).isEmpty();
  }

  @Test
  void showsHiddenTextAsAsterisksInTheSameColumns() {
    SourceText source = text("password: a bc, port: 0\n");
    source.hide(10, 14);
    assertThat(source.shownLine(1)).isEqualTo("password: * **, port: 0");
    assertThat(source.line(1)).isEqualTo("password: a bc, port: 0");
  }

  private static SourceText text(String text) {
    return SourceText.of("f", text.getBytes(StandardCharsets.UTF_8));
  }
}
