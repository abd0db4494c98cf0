package org.partitionproxy.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ColorsTest {

  @Test
  void coloursATerminal() {
    assertThat(Colors.of(true, Map.of("TERM", "xterm-256color")).red("no"))
        .isEqualTo("\u001b[31mno\u001b[0m");
  }

  @Test
  void leavesEverythingElseAlone() {
    assertThat(Colors.of(false, Map.of("TERM", "xterm")).enabled()).isFalse();
    assertThat(Colors.of(true, Map.of("TERM", "dumb")).enabled()).isFalse();
    assertThat(Colors.of(true, Map.of()).enabled()).isFalse();
    assertThat(Colors.of(true, Map.of("TERM", "xterm", "NO_COLOR", "1")).enabled()).isFalse();
    assertThat(Colors.NONE.bold("text")).isEqualTo("text");
  }

  @Test
  void ignoresAnEmptyNoColor() {
    assertThat(Colors.of(true, Map.of("TERM", "xterm", "NO_COLOR", "")).enabled()).isTrue();
  }

  @Test
  void takesTheLaunchersWordForWhichStreamsAreTerminals() {
    Map<String, String> xterm = Map.of("TERM", "xterm");
    Terminal onlyErr = Terminal.of("in err ", xterm);
    assertThat(onlyErr.in()).isTrue();
    assertThat(onlyErr.out()).isFalse();
    assertThat(onlyErr.err()).isTrue();
    assertThat(onlyErr.outColors().enabled()).isFalse();
    assertThat(onlyErr.errColors().enabled()).isTrue();
    assertThat(Terminal.of("", xterm)).isEqualTo(Terminal.NONE);
  }
}
