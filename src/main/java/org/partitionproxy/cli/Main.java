package org.partitionproxy.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.partitionproxy.console.Colors;
import org.partitionproxy.console.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/** The entry point of {@code ppp}. */
public final class Main {

  /** Of help texts: those of a wide terminal would be hard to read, those of 80 characters long. */
  private static final int HELP_WIDTH = 100;

  private Main() {}

  public static void main(String[] arguments) {
    // Numbers and times look the same for every user, as scripts expect.
    Locale.setDefault(Locale.ROOT);
    System.setOut(StandardOutput.ofProcess());
    System.setErr(
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
    System.exit(run(arguments));
  }

  /** Runs one command in this process and returns its exit status. */
  static int run(String... arguments) {
    return run(Terminal.system(), System.out, System.err, arguments);
  }

  static int run(Terminal terminal, PrintStream out, PrintStream err, String... arguments) {
    Problems problems = new Problems(terminal.errColors());
    CommandLine commandLine =
        commandLine(terminal.outColors())
            .setOut(utf8(out))
            .setErr(utf8(err))
            .setExecutionStrategy(Main::execute)
            .setExecutionExceptionHandler(problems)
            .setParameterExceptionHandler(problems);
    try {
      int status = commandLine.execute(arguments);
      commandLine.getOut().flush();
      return status;
    } catch (RuntimeException | Error e) {
      return problems.report(e, commandLine, false);
    }
  }

  /** Failures while the help or the version is printed are handled like a command's own. */
  private static int execute(ParseResult parsed) {
    try {
      return new RunLast().execute(parsed);
    } catch (ParameterException | ExecutionException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new ExecutionException(parsed.commandSpec().commandLine(), "while printing", e);
    }
  }

  /** All commands, as the help shows them. */
  static CommandLine commandLine(Colors colors) {
    CommandLine commandLine =
        new CommandLine(new PppCommand())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setColorScheme(
                Help.defaultColorScheme(colors.enabled() ? Help.Ansi.ON : Help.Ansi.OFF))
            .setUsageHelpWidth(HELP_WIDTH);
    addHelp(commandLine);
    return commandLine;
  }

  private static PrintWriter utf8(OutputStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }

  private static void addHelp(CommandLine commandLine) {
    CommandSpec spec = commandLine.getCommandSpec();
    if (spec.findOption("--help") == null && !spec.helpCommand()) {
      spec.addMixin("help", CommandSpec.forAnnotatedObject(new HelpOption()));
    }
    commandLine.getSubcommands().values().forEach(Main::addHelp);
  }
}
