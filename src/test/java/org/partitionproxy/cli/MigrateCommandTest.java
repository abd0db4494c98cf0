package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class MigrateCommandTest {

  private final StringWriter err = new StringWriter();
  private final CommandLine command =
      new CommandLine(new MigrateCommand())
          .setCaseInsensitiveEnumValuesAllowed(true)
          .setErr(new PrintWriter(err));

  @ParameterizedTest
  @CsvSource({
    "--jobs=0, at least one job",
    "--canary=*, not a tenant's name",
    "--tenant=, a pattern for names is not empty",
    "nobody, Unmatched argument"
  })
  void refusesWrongArgumentsBeforeItReadsAFile(String argument, String message) {
    assertThat(command.execute(argument, "--config=no-such-file")).isEqualTo(2);
    assertThat(err.toString()).contains(message);
  }

  @Test
  void listsItsOptions() {
    assertThat(command.getUsageMessage())
        .contains("--tenant=GLOB", "--shard=GLOB", "--canary=NAME", "--jobs=N", "--output");
  }
}
