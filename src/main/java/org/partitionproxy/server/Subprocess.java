package org.partitionproxy.server;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/**
 * One run of a program, to its end. It never gets ppp's own standard input and output: a server
 * that it leaves behind must not hold them.
 */
final class Subprocess {

  /**
   * @param status the exit status
   * @param output what it wrote to both streams
   */
  record Outcome(int status, String output) {
    boolean succeeded() {
      return status == 0;
    }
  }

  private final ProcessBuilder builder;

  /**
   * @param folder the working directory
   * @param environment all of it: nothing of ppp's own is passed on
   */
  Subprocess(List<String> command, Path folder, Map<String, String> environment) {
    builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(environment);
  }

  /**
   * @param input for its standard input; without, it reads an empty one
   * @throws IOException if it cannot be run at all
   */
  Outcome run(Optional<String> input) throws IOException {
    if (input.isEmpty()) {
      builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    }
    Process process = builder.start();
    try {
      if (input.isPresent()) {
        try (OutputStream out = process.getOutputStream()) {
          out.write(input.get().getBytes(StandardCharsets.UTF_8));
        }
      }
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return new Outcome(process.waitFor(), output);
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new PppException(
          Diagnostic.error(
              Code.INTERRUPTED,
              "interrupted while \"" + Path.of(builder.command().get(0)).getFileName() + "\" ran",
              "Run the command again: it goes on where this one stopped."),
          e);
    }
  }
}
