package org.partitionproxy.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/**
 * The process's standard output, which does not swallow failures as Java's own does: a command that
 * writes for nobody ends, and one whose result is lost says so.
 */
final class StandardOutput extends OutputStream {

  /** The reader ({@code head}, {@code less}) has enough. */
  static final class Closed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Closed(IOException cause) {
      super(cause);
    }
  }

  /** As a shell shows a program that ended by SIGPIPE (13). */
  static final int CLOSED_STATUS = 128 + 13;

  private final OutputStream sink;

  StandardOutput(OutputStream sink) {
    this.sink = sink;
  }

  /** Of this process, in UTF-8 whatever the locale. */
  static PrintStream ofProcess() {
    OutputStream sink = new FileOutputStream(FileDescriptor.out);
    return new PrintStream(
        new BufferedOutputStream(new StandardOutput(sink)), true, StandardCharsets.UTF_8);
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    try {
      sink.write(bytes, offset, length);
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("Broken pipe")) {
        throw new Closed(e);
      }
      throw new PppException(
          Diagnostic.error(
              Code.OUTPUT_FAILED,
              "standard output cannot be written: " + e.getMessage(),
              "What was printed is not complete. Make room there, and run the command again."),
          e);
    }
  }
}
