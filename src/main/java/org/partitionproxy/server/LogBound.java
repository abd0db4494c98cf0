package org.partitionproxy.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * Keeps the log files of an embedded server from filling the disk: a shell script that deletes the
 * oldest runs beside the server, as its user, and ends with it.
 */
record LogBound(DataFolder data, long bytes) {

  /** Containers have it, too, for their health check. */
  static final String SCRIPT = "bound-logs.sh";

  /** Holds the number of the process whose turn it is; in the server's folder. */
  private static final String CLAIM = "bound-logs";

  private static final String IN_BACKGROUND =
      "nohup sh \"$@\" < /dev/null > /dev/null 2>&1 & exit 0";

  /** Starts it, in place of one that may run already, perhaps with another bound. */
  void start() {
    data.user().write(data.parent(), SCRIPT, script());
    data.user()
        .run(
            data.parent(),
            List.of(
                "sh",
                "-c",
                IN_BACKGROUND,
                "sh",
                SCRIPT,
                DataFolder.NAME + "/log",
                Long.toString(bytes),
                DataFolder.NAME,
                CLAIM));
  }

  private static String script() {
    try (InputStream content = LogBound.class.getResourceAsStream("docker/" + SCRIPT)) {
      return new String(Objects.requireNonNull(content).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
