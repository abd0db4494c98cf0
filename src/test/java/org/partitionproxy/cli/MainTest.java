package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.partitionproxy.console.Terminal;

class MainTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... arguments) {
    return run(out, arguments);
  }

  private int run(OutputStream sink, String... arguments) {
    return Main.run(
        Terminal.NONE,
        new PrintStream(
            new BufferedOutputStream(new StandardOutput(sink)), true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        arguments);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void printsItsVersion() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .matches("ppp \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\n");
  }

  @Test
  void printsTheHelpWithoutACommand() {
    assertThat(run()).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("Usage: ppp ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "initialise     | unknown command \"initialise\" | Did you mean \"initialize\"? `ppp --help` shows how it is used.",
        "--foo          | unknown option \"--foo\" | `ppp --help` shows how it is used.",
        "secrets shwo   | unexpected argument \"shwo\" | Did you mean \"show\"? `ppp secrets --help` shows how it is used.",
        "secrets show   | missing required parameter: \"NAME\" | `ppp secrets show --help` shows how it is used.",
        "secrets --config | missing required parameter for option \"--config\" (FILE) | `ppp secrets --help` shows how it is used.",
      })
  void refusesWrongUsageInOneLineWithAHint(String arguments, String summary, String hint) {
    assertThat(run(arguments.split(" ", -1))).isEqualTo(2);
    assertThat(err()).isEqualTo("error[PPP101]: " + summary + "\nhint: " + hint + "\n");
    assertThat(out.size()).isZero();
  }

  @Test
  void showsWhereAnErrorCameFromOnlyWhenAsked() {
    run("secrets", "--bar");
    assertThat(err()).doesNotContain("\tat ");
    run("secrets", "--bar", "--stacktrace");
    assertThat(err()).contains("\tat picocli.");
  }

  @Test
  void endsQuietlyWhenNobodyReadsItsOutput() {
    assertThat(run(failing("Broken pipe"), "--version")).isEqualTo(141);
    assertThat(err()).isEmpty();
  }

  @Test
  void saysThatItsOutputIsLost() {
    assertThat(run(failing("No space left on device"), "--version")).isEqualTo(7);
    assertThat(err())
        .startsWith(
            "error[PPP105]: standard output cannot be written: No space left on device\nhint: ")
        .containsOnlyOnce("error[");
  }

  private static OutputStream failing(String reason) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(reason);
      }
    };
  }

  @Test
  void printsAScriptForTheShellsCompletion() {
    assertThat(run("completion", "zsh")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("_complete_ppp", "secrets");
  }
}
