package org.partitionproxy.cli;

import static org.partitionproxy.cli.Usage.usage;

import org.jspecify.annotations.Nullable;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Target;
import org.partitionproxy.topology.Topology;
import picocli.CommandLine.Option;

/** {@code --veneer}: of which veneer's statements traces are made. */
final class VeneerOption {

  @Option(
      names = "--veneer",
      paramLabel = "NAME",
      description = "Which veneer. Default: the first in the file")
  @Nullable String name;

  ServerDefinition of(Topology topology) {
    if (name == null) {
      return topology.veneer();
    }
    ServerDefinition server = Target.require(topology, name).server();
    if (!server.isVeneer()) {
      throw usage(
          "\"" + name + "\" is no veneer", "A trace begins at a veneer and ends at shards.");
    }
    return server;
  }
}
