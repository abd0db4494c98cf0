package org.partitionproxy.cli;

import picocli.CommandLine.Option;

/** {@code --jobs}: how much is done at once. */
final class JobsOption {

  @Option(
      names = {"-j", "--jobs"},
      paramLabel = "N",
      description = "How much is done at once. Default: the number of cores.")
  int jobs = Runtime.getRuntime().availableProcessors();
}
