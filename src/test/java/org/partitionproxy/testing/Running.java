package org.partitionproxy.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.partitionproxy.cli.InProcess;

/** A program that may still be running, {@code bin/ppp} of this build above all. */
public final class Running {

  private static final Path LAUNCHER = Path.of("bin/ppp").toAbsolutePath();

  private final Process process;
  private final Path out;
  private final Path err;

  private Running(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  public static Running ppp(Path folder, List<String> arguments) throws IOException {
    return ppp(folder, Map.of(), Optional.empty(), arguments);
  }

  /** See {@link #start}. */
  public static Running ppp(
      Path folder, Map<String, String> environment, Optional<Path> input, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(LAUNCHER.toString()));
    command.addAll(arguments);
    return start(folder, environment, input, command);
  }

  /**
   * @param folder where it runs, and where its output goes to files
   * @param environment what it has more, or otherwise, than this process
   * @param input a file; without, it can be {@linkplain #say told} something
   */
  public static Running start(
      Path folder, Map<String, String> environment, Optional<Path> input, List<String> command)
      throws IOException {
    Path out = Files.createTempFile(folder, "run-", ".out");
    Path err = Files.createTempFile(folder, "run-", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    input.ifPresent(file -> builder.redirectInput(file.toFile()));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    return new Running(builder.start(), out, err);
  }

  public void say(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** {@code kill -9}. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** A signal by its name, {@code INT}; and how it ended. */
  public InProcess.Result signalled(String signal) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
    return result();
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Its own command line and those of all processes that it started, with their arguments. */
  public List<String> commandLines() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants())
        .map(handle -> handle.info().commandLine().orElse(""))
        .toList();
  }

  /** Ends its input, waits for its end, and returns its exit status. */
  public int status() throws IOException, InterruptedException {
    process.getOutputStream().close();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("ended").isTrue();
    return process.exitValue();
  }

  /** The same with what it printed. */
  public InProcess.Result result() throws IOException, InterruptedException {
    return new InProcess.Result(status(), out(), err());
  }

  public String out() throws IOException {
    return Files.readString(out);
  }

  public String err() throws IOException {
    return Files.readString(err);
  }
}
