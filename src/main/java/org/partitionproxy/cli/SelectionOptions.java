package org.partitionproxy.cli;

import java.util.List;
import org.partitionproxy.topology.Glob;
import org.partitionproxy.topology.TenantSelection;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --tenant} and {@code --shard}: which tenants a command is for. */
final class SelectionOptions {

  @Option(
      names = "--tenant",
      paramLabel = "GLOB",
      description = "Only tenants that are called so; may be repeated.")
  List<String> tenants = List.of();

  @Option(
      names = "--shard",
      paramLabel = "GLOB",
      description = "Only tenants of shards that are called so; may be repeated.")
  List<String> shards = List.of();

  @Spec(Spec.Target.MIXEE)
  CommandSpec spec = CommandSpec.create();

  /**
   * @throws ParameterException if one is no pattern
   */
  TenantSelection selection() {
    try {
      return new TenantSelection(
          tenants.stream().map(Glob::new).toList(), shards.stream().map(Glob::new).toList());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
