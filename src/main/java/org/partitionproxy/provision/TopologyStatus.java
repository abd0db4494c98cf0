package org.partitionproxy.provision;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.partitionproxy.diagnostic.Diagnostic;

/**
 * How a topology fares.
 *
 * @param problems of servers that don't answer or are not ours, and of what runs by itself
 */
public record TopologyStatus(
    String topology,
    String runtime,
    List<ServerStatus> servers,
    List<TenantStatus> tenants,
    List<Diagnostic> problems,
    Upkeep upkeep) {

  /**
   * One server.
   *
   * @param address where ppp reaches it
   * @param replicaOf the shard that it follows, if it is a replica
   * @param version and {@code startedAt}: empty if it does not answer
   */
  public record ServerStatus(
      String name,
      String address,
      String database,
      boolean reachable,
      Optional<String> version,
      Optional<Instant> startedAt,
      long tenants,
      Optional<String> replicaOf) {}

  /**
   * One tenant; what can't be known, because its shard does not answer, is empty.
   *
   * @param bytes with indexes
   * @param pendingMigrations how many files have not run
   */
  public record TenantStatus(
      String name,
      String shard,
      String schema,
      Optional<Long> tables,
      Optional<Long> bytes,
      Optional<Integer> pendingMigrations,
      State state) {}

  /** Whether the veneer shows a tenant as it is. */
  public enum State {
    IN_STEP,
    /** The shard or a veneer was changed since the mirror was made. */
    DRIFTED,
    /** Migrations wait. */
    BEHIND,
    /** A migration failed half-way, or its file was changed: a person has to decide. */
    BLOCKED,
    /** {@code ppp initialize} has not made it yet. */
    MISSING,
    /** Its shard, or every veneer, does not answer. */
    UNKNOWN;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  public TopologyStatus {
    servers = List.copyOf(servers);
    tenants = List.copyOf(tenants);
    problems = List.copyOf(problems);
  }
}
