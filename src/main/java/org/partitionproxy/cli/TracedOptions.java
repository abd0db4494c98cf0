package org.partitionproxy.cli;

import java.util.List;
import org.partitionproxy.diagnostic.PppException;
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

  /**
   * Empty for any.
   *
   * @throws PppException naming every pattern that fits no tenant, or no shard
   */
  List<TenantName> tenants(Topology topology) {
    List<TenantName> names = topology.tenants().stream().map(Tenant::name).toList();
    return fitting(topology, tenants, names);
  }

  /**
   * Empty for any.
   *
   * @throws PppException naming every pattern that fits no tenant, or no shard
   */
  List<ServerName> shards(Topology topology) {
    List<ServerName> names = topology.shards().stream().map(ServerDefinition::name).toList();
    return fitting(topology, shards, names);
  }

  private <T> List<T> fitting(Topology topology, List<String> patterns, List<T> names) {
    new TenantSelection(globs(tenants), globs(shards)).from(topology);
    List<Glob> globs = globs(patterns);
    return names.stream()
        .filter(name -> globs.stream().anyMatch(glob -> glob.matches(name.toString())))
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
