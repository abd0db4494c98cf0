package org.partitionproxy.cli;

import org.partitionproxy.console.DiagnosticView;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.diagnostic.PppException;
import picocli.CommandLine;

/** The entry point of {@code ppp}. */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** Runs one command in this process and returns its exit status. */
  static int run(String... arguments) {
    return new CommandLine(new PppCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((e, commandLine, parsed) -> report(e, commandLine))
        .execute(arguments);
  }

  private static int report(Exception exception, CommandLine commandLine) {
    PppException problem =
        exception instanceof PppException ppp
            ? ppp
            : new PppException(
                Diagnostic.error(
                    Code.BUG,
                    "unexpected "
                        + exception.getClass().getSimpleName()
                        + ": "
                        + exception.getMessage(),
                    "This is a bug in ppp; run the command again with --stacktrace and report it."),
                exception);
    commandLine.getErr().print(DiagnosticView.render(problem.diagnostics()));
    commandLine.getErr().flush();
    if (commandLine.getParseResult().hasMatchedOption("--stacktrace")) {
      exception.printStackTrace(commandLine.getErr());
    }
    return problem.exitCode() == ExitCode.DONE
        ? ExitCode.BUG.status()
        : problem.exitCode().status();
  }
}
