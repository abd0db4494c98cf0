package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code bin/ppp} of this build, running. */
final class PppProcess {

  private static final Path LAUNCHER = Path.of("bin/ppp").toAbsolutePath();

  private final Process process;
  private final Path out;
  private final Path err;

  private PppProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  static PppProcess start(Path folder, List<String> arguments) throws IOException {
    Path out = Files.createTempFile(folder, "ppp-", ".out");
    Path err = Files.createTempFile(folder, "ppp-", ".err");
    List<String> command = new ArrayList<>(List.of(LAUNCHER.toString()));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return new PppProcess(builder.start(), out, err);
  }

  /** {@code kill -9}. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for its end and returns its exit status. */
  int status() throws InterruptedException {
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ended").isTrue();
    return process.exitValue();
  }

  String out() throws IOException {
    return Files.readString(out, StandardCharsets.UTF_8);
  }

  String err() throws IOException {
    return Files.readString(err, StandardCharsets.UTF_8);
  }
}
