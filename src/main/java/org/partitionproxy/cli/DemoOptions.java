package org.partitionproxy.cli;

import static org.partitionproxy.cli.Usage.usage;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.demo.DemoFolder;
import org.partitionproxy.topology.RuntimeChoice;
import org.partitionproxy.trace.TimeSpan;
import picocli.CommandLine.Option;

/** Options of the demos that start servers of their own. */
final class DemoOptions {

  @Option(names = "--purge", description = "Delete the demo's data at its end.")
  boolean purge;

  @Option(
      names = "--runtime",
      paramLabel = "RUNTIME",
      description = "docker or embedded. Default: docker where it answers.")
  @Nullable RuntimeChoice runtime;

  @Option(
      names = "--folder",
      paramLabel = "DIR",
      description =
          "Where the demo keeps its shards.yaml and its servers. Default: .ppp/demo-NAME beside"
              + " ppp, or ~/.local/state/ppp/demo-NAME")
  @Nullable Path folder;

  @Option(names = "--stacktrace", description = "Show where in ppp an error came from.")
  boolean stacktrace;

  void check() {
    if (runtime == RuntimeChoice.EXTERNAL) {
      throw usage(
          "the demo starts its servers", "Say --runtime docker, --runtime embedded, or neither.");
    }
  }

  /**
   * @param time of {@code --for}, if it was given
   */
  static Optional<Duration> span(@Nullable String time) {
    if (time == null) {
      return Optional.empty();
    }
    Optional<Duration> span = TimeSpan.parse(time);
    if (span.isEmpty()) {
      throw usage("--for is \"" + time + "\"", "It is a number with a unit: 10s, 500ms, 5min.");
    }
    return span;
  }

  DemoFolder folder(String demo, DemoHome home) {
    return new DemoFolder(
        demo, (folder == null ? home.folder() : folder).toAbsolutePath().normalize());
  }
}
