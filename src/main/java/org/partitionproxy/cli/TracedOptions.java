package org.partitionproxy.cli;

import java.util.List;
import org.partitionproxy.topology.Glob;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.topology.TenantSelection;
import org.partitionproxy.topology.Topology;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --tenant} and {@code --shard}: about whom traced statements are. */
final class TracedOptions {

  @Option(
      names = "--tenant",
      paramLabel = "GLOB",
      description = "Only of tenants that are called so, or about their data; may be repeated.")
  List<String> tenants = List.of();

  @Option(
      names = "--shard",
      paramLabel = "GLOB",
      description = "Only what asked shards that are called so; may be repeated.")
  List<String> shards = List.of();

  @Spec(Spec.Target.MIXEE)
  CommandSpec spec = CommandSpec.create();

  /** Empty for any. */
  List<TenantName> tenants(Topology topology) {
    return tenants.isEmpty()
        ? List.of()
        : new TenantSelection(globs(tenants), List.of())
            .from(topology).stream().map(Tenant::name).toList();
  }

  /** Empty for any. */
  List<ServerName> shards(Topology topology) {
    List<Glob> globs = globs(shards);
    new TenantSelection(List.of(), globs).from(topology);
    return topology.shards().stream()
        .map(ServerDefinition::name)
        .filter(name -> globs.stream().anyMatch(glob -> glob.matches(name.value())))
        .toList();
  }

  private List<Glob> globs(List<String> patterns) {
    try {
      return patterns.stream().map(Glob::new).toList();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
