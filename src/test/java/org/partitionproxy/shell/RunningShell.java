package org.partitionproxy.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A shell in a process of its own; what it writes is collected while it runs. */
@SuppressWarnings("JdkObsolete") // Two threads use each StringBuffer.
final class RunningShell implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final StringBuffer out = new StringBuffer();
  private final StringBuffer err = new StringBuffer();
  private final List<Thread> readers;
  private int seen;

  RunningShell(ProcessBuilder builder) {
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    readers =
        List.of(collect(process.getInputStream(), out), collect(process.getErrorStream(), err));
  }

  private static Thread collect(InputStream from, StringBuffer to) {
    Thread reader =
        new Thread(
            () -> {
              byte[] buffer = new byte[8192];
              try {
                for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                  to.append(new String(buffer, 0, n, UTF_8));
                }
              } catch (IOException e) {
                to.append(e);
              }
            });
    reader.setDaemon(true);
    reader.start();
    return reader;
  }

  Process process() {
    return process;
  }

  String out() {
    return out.toString();
  }

  String err() {
    return err.toString();
  }

  void type(String text) {
    try {
      process.getOutputStream().write(text.getBytes(UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until this was written after what the last call found. */
  void expect(String text) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(() -> assertThat(out.substring(seen)).contains(text));
    seen = out.indexOf(text, seen) + text.length();
  }

  int exitStatus() {
    try {
      process.getOutputStream().close();
      assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .as("the shell ends; it wrote: %s%s", out, err)
          .isTrue();
      for (Thread reader : readers) {
        reader.join();
      }
      return process.exitValue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Gives all of its input at once, and waits for its end. */
  RunningShell feed(String input) {
    type(input);
    exitStatus();
    return this;
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
