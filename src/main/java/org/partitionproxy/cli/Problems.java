package org.partitionproxy.cli;

import java.io.PrintWriter;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.partitionproxy.console.Colors;
import org.partitionproxy.console.DiagnosticView;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.diagnostic.Suggestion;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells on stderr why a command ended early, and chooses its exit status. */
final class Problems implements IExecutionExceptionHandler, IParameterExceptionHandler {

  private final Colors colors;

  /** What could not be printed once cannot be printed at the end either, and has been told. */
  private boolean outputFailed;

  Problems(Colors colors) {
    this.colors = colors;
  }

  @Override
  public int handleExecutionException(
      Exception exception, CommandLine commandLine, ParseResult parsed) {
    return report(
        exception, commandLine, commandLine.getParseResult().hasMatchedOption("--stacktrace"));
  }

  @Override
  public int handleParseException(ParameterException exception, String[] arguments) {
    CommandLine commandLine = exception.getCommandLine();
    return report(
        new PppException(usage(exception), exception),
        commandLine,
        List.of(arguments).contains("--stacktrace"));
  }

  /** Also for what picocli lets through: errors of the JVM. */
  int report(Throwable problem, CommandLine commandLine, boolean stacktrace) {
    if (problem instanceof StandardOutput.Closed) {
      return StandardOutput.CLOSED_STATUS;
    }
    PppException known = problem instanceof PppException ppp ? ppp : bug(problem);
    boolean ofOutput = known.diagnostics().get(0).code() == Code.OUTPUT_FAILED;
    if (ofOutput && outputFailed) {
      return known.exitCode().status();
    }
    outputFailed |= ofOutput;
    PrintWriter err = commandLine.getErr();
    err.print(DiagnosticView.render(known.diagnostics(), colors));
    if (stacktrace) {
      problem.printStackTrace(err);
    }
    err.flush();
    ExitCode exitCode = known.exitCode();
    return exitCode == ExitCode.DONE ? ExitCode.BUG.status() : exitCode.status();
  }

  private static PppException bug(Throwable problem) {
    String summary = "unexpected " + problem.getClass().getSimpleName();
    String message = problem.getMessage();
    String hint =
        problem instanceof OutOfMemoryError
            ? "Give ppp more memory: set PPP_JAVA_OPTIONS=-Xmx1g and run the command again."
            : "This is a bug in ppp; run the command again with --stacktrace and report it.";
    return new PppException(
        Diagnostic.error(
            Code.BUG,
            message == null
                ? summary
                : summary + ": " + message.lines().collect(Collectors.joining(" ")),
            hint),
        problem);
  }

  private static Diagnostic usage(ParameterException exception) {
    String command = exception.getCommandLine().getCommandSpec().qualifiedName();
    String summary = summary(exception);
    String help = "`" + command + " --help` shows how it is used.";
    if (exception instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      CommandSpec spec = exception.getCommandLine().getCommandSpec();
      Collection<String> known =
          unmatched.isUnknownOption() ? spec.optionsMap().keySet() : spec.subcommands().keySet();
      Optional<String> meant = Suggestion.find(unmatched.getUnmatched().get(0), known);
      return Diagnostic.error(
          Code.USAGE, summary, meant.map(m -> "Did you mean \"" + m + "\"? ").orElse("") + help);
    }
    return Diagnostic.error(Code.USAGE, summary, help);
  }

  private static String summary(ParameterException exception) {
    if (exception instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      boolean ofPpp = exception.getCommandLine().getParent() == null;
      String kind =
          unmatched.isUnknownOption()
              ? "unknown option"
              : ofPpp ? "unknown command" : "unexpected argument";
      return kind + " \"" + unmatched.getUnmatched().get(0) + "\"";
    }
    String message = String.valueOf(exception.getMessage()).replace('\'', '"').strip();
    message = message.lines().collect(Collectors.joining(" "));
    message = message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    return message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
  }
}
