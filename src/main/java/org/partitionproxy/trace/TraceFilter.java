package org.partitionproxy.trace;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;

/**
 * Which traces somebody wants to see.
 *
 * @param all those too that went well and asked nothing of a shard
 * @param tenants who asked, or whose data was asked for; empty for those of everybody
 * @param shards that were asked; empty for all
 * @param slowerThan the statement's duration at the veneer is more
 * @param wasteful rows shipped for each row returned, at least
 * @param session of the veneer
 */
public record TraceFilter(
    boolean all,
    List<TenantName> tenants,
    List<ServerName> shards,
    Optional<Duration> slowerThan,
    OptionalDouble wasteful,
    Optional<String> session) {

  public TraceFilter {
    tenants = List.copyOf(tenants);
    shards = List.copyOf(shards);
  }

  /** All of these tenants and shards. */
  public static TraceFilter of(List<TenantName> tenants, List<ServerName> shards) {
    return new TraceFilter(
        true, tenants, shards, Optional.empty(), OptionalDouble.empty(), Optional.empty());
  }

  /** Whether it is one of those, however little it asked for. */
  public boolean concerns(Trace trace) {
    return (session.isEmpty() || session.get().equals(trace.session()))
        && isOfTenant(trace)
        && (shards.isEmpty() || trace.shards().stream().anyMatch(shards::contains))
        && (slowerThan.isEmpty() || trace.duration().compareTo(slowerThan.get()) > 0)
        && (wasteful.isEmpty() || trace.waste().orElse(-1) >= wasteful.getAsDouble());
  }

  /** Whether it is shown. */
  public boolean shows(Trace trace) {
    return concerns(trace) && (all || asksShards(trace));
  }

  private static boolean asksShards(Trace trace) {
    return !trace.asked().isEmpty() || trace.problem().isPresent();
  }

  private boolean isOfTenant(Trace trace) {
    return tenants.isEmpty()
        || trace.tenant().filter(tenants::contains).isPresent()
        || trace.forwarded().stream()
            .anyMatch(one -> one.tenant().filter(tenants::contains).isPresent());
  }
}
