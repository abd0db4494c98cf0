package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.partitionproxy.console.Terminal;

/** The command line without the cost of a process. */
public final class InProcess {

  private InProcess() {}

  /** What a command printed, and its exit status. */
  public record Result(int status, String out, String err) {

    public Result succeeded() {
      assertThat(status).as("%s%s", out, err).isZero();
      return this;
    }
  }

  public static Result run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Main.run(
            Terminal.NONE,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            arguments);
    return new Result(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
