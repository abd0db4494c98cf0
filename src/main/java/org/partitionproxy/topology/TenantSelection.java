package org.partitionproxy.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/**
 * The tenants that {@code --tenant} and {@code --shard} mean: those that fit one of the tenants'
 * patterns and live on a shard that fits one of the shards'. No pattern at all fits everything.
 */
public record TenantSelection(List<Glob> tenants, List<Glob> shards) {

  public static final TenantSelection ALL = new TenantSelection(List.of(), List.of());

  public TenantSelection {
    tenants = List.copyOf(tenants);
    shards = List.copyOf(shards);
  }

  /**
   * In the file's order; empty if the shards that are meant have none of these tenants.
   *
   * @throws PppException naming every pattern that fits nothing: it is a slip of the pen, and a run
   *     that does nothing would hide it
   */
  public List<Tenant> from(Topology topology) {
    List<String> shardNames = topology.shards().stream().map(s -> s.name().value()).toList();
    List<String> tenantNames = topology.tenants().stream().map(t -> t.name().value()).toList();
    List<Diagnostic> problems = new ArrayList<>();
    reportUnused(tenants, tenantNames, "tenant", problems);
    reportUnused(shards, shardNames, "shard", problems);
    if (!problems.isEmpty()) {
      throw new PppException(problems);
    }
    return topology.tenants().stream()
        .filter(t -> anyMatches(tenants, t.name().value()))
        .filter(t -> anyMatches(shards, t.shard().value()))
        .toList();
  }

  /** Whether what a shard has of no tenant is meant, too. */
  public boolean isWhole(ServerName shard) {
    return tenants.isEmpty() && anyMatches(shards, shard.value());
  }

  private static boolean anyMatches(List<Glob> globs, String name) {
    return globs.isEmpty() || globs.stream().anyMatch(glob -> glob.matches(name));
  }

  private static void reportUnused(
      List<Glob> globs, List<String> names, String kind, List<Diagnostic> problems) {
    for (Glob glob : globs) {
      if (names.stream().noneMatch(glob::matches)) {
        problems.add(
            Diagnostic.error(
                Code.UNKNOWN_TARGET,
                "no " + kind + " is called like \"" + glob + "\"",
                "The " + kind + "s are " + firstOf(names) + "."));
      }
    }
  }

  private static String firstOf(List<String> names) {
    int shown = 10;
    Stream<String> more =
        names.size() > shown ? Stream.of((names.size() - shown) + " more") : Stream.empty();
    return String.join(", ", Stream.concat(names.stream().limit(shown), more).toList());
  }
}
