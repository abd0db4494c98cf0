package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.partitionproxy.shell.Login;
import picocli.CommandLine;

class PsqlCommandTest {

  private static PsqlCommand parse(String... arguments) {
    PsqlCommand command = new PsqlCommand();
    new CommandLine(command).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
    return command;
  }

  private static String refusal(String... arguments) {
    StringWriter err = new StringWriter();
    CommandLine line = new CommandLine(new PsqlCommand()).setErr(new PrintWriter(err));
    assertThat(line.execute(arguments)).isEqualTo(2);
    return err.toString();
  }

  @Test
  void takesATargetAlone() {
    PsqlCommand command = parse("bluth-co");
    assertThat(command.target).isEqualTo("bluth-co");
    assertThat(command.via).isNull();
    assertThat(command.admin).isFalse();
    assertThat(command.commands).isEmpty();
    assertThat(command.psqlArguments).isEmpty();
  }

  @Test
  void passesOnWhatFollowsTwoDashes() {
    PsqlCommand command =
        parse(
            "--via",
            "veneer",
            "bluth-co",
            "-c",
            "SELECT 1",
            "--admin",
            "-c",
            "-2",
            "--",
            "-At",
            "-c",
            "SELECT 3");
    assertThat(command.via).isEqualTo(Login.Via.VENEER);
    assertThat(command.admin).isTrue();
    assertThat(command.commands).containsExactly("SELECT 1", "-2");
    assertThat(command.psqlArguments).containsExactly("-At", "-c", "SELECT 3");
  }

  @Test
  void refusesASecondTarget() {
    assertThat(refusal("bluth-co", "initech")).contains("Only one TARGET", "initech");
  }

  @Test
  void needsATarget() {
    assertThat(refusal()).contains("TARGET");
  }

  @Test
  void refusesAnotherWay() {
    assertThat(refusal("bluth-co", "--via", "door")).contains("--via");
  }
}
