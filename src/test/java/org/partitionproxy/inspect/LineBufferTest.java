package org.partitionproxy.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineBufferTest {

  private final List<String> lines = new ArrayList<>();

  private void append(LineBuffer buffer, byte[] piece) {
    buffer.append(piece, 0, line -> lines.add(new String(line, UTF_8)));
  }

  @Test
  void givesTheSameLinesWhereverTheyAreCut() {
    byte[] text = "eins\nzwölf 🐘\n\nvier\n".getBytes(UTF_8);
    for (int cut = 0; cut <= text.length; cut++) {
      lines.clear();
      LineBuffer buffer = new LineBuffer();
      append(buffer, Arrays.copyOfRange(text, 0, cut));
      append(buffer, Arrays.copyOfRange(text, cut, text.length));
      assertThat(lines).as("cut at %d", cut).containsExactly("eins", "zwölf 🐘", "", "vier");
    }
  }

  @Test
  void keepsTheStartOfALineForItsRest() {
    LineBuffer buffer = new LineBuffer();
    append(buffer, "a\nb".getBytes(UTF_8));
    assertThat(lines).containsExactly("a");
    assertThat(buffer.drain().map(rest -> new String(rest, UTF_8))).contains("b");
    append(buffer, "c\n".getBytes(UTF_8));
    assertThat(lines).containsExactly("a", "c");
    assertThat(buffer.drain()).isEmpty();
  }

  @Test
  void leavesOutAndCountsALineThatIsTooLong() {
    LineBuffer buffer = new LineBuffer(4);
    for (String piece : List.of("ok\nto", "o l", "on", "g\nfour\nfive5\n", "end\n")) {
      append(buffer, piece.getBytes(UTF_8));
    }
    assertThat(lines).containsExactly("ok", "four", "end");
    assertThat(buffer.tooLong()).isEqualTo(2);
  }
}
