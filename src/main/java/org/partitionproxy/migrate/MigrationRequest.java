package org.partitionproxy.migrate;

import java.util.Optional;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.topology.TenantSelection;

/**
 * Which tenants to migrate, and how.
 *
 * @param canary one of them that goes first, alone; unless it succeeds, no other follows
 * @param jobs how many tenants at once, over all shards
 * @param otherEnd when the mirrors follow
 */
public record MigrationRequest(
    TenantSelection selection, Optional<TenantName> canary, int jobs, OtherEnd otherEnd) {

  public MigrationRequest {
    if (jobs < 1) {
      throw new IllegalArgumentException("at least one job");
    }
  }

  /** With mirrors that move together with their tenants. */
  public MigrationRequest(TenantSelection selection, Optional<TenantName> canary, int jobs) {
    this(selection, canary, jobs, OtherEnd.TOGETHER);
  }

  /** Every tenant, as many at once as this machine has cores. */
  public static MigrationRequest all() {
    return new MigrationRequest(TenantSelection.ALL, Optional.empty(), cores());
  }

  public static int cores() {
    return Runtime.getRuntime().availableProcessors();
  }
}
