package org.partitionproxy.cli;

import picocli.CommandLine.Option;

/** {@code --output}, of every command that returns data. */
final class OutputOption {

  enum Format {
    TEXT,
    JSON
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json. Default: ${DEFAULT-VALUE}")
  Format format = Format.TEXT;

  boolean json() {
    return format == Format.JSON;
  }
}
