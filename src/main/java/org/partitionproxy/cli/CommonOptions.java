package org.partitionproxy.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options of every command that reads shards.yaml. */
final class CommonOptions {

  @Option(
      names = "--config",
      paramLabel = "FILE",
      defaultValue = "shards.yaml",
      description = "The topology. Default: ${DEFAULT-VALUE}")
  Path config = Path.of("shards.yaml");

  @Option(names = "--stacktrace", description = "Show where in ppp an error came from.")
  boolean stacktrace;
}
